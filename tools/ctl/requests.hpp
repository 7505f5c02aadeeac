#pragma once
// Requests for signatures, for people: what one would do, in plain words; who has signed; and the file that goes from hand to hand.
// Errors: those of the disk, and Errc::request_malformed. Any thread.

#include "store/federation/request.hpp"
#include "tools/ctl/client.hpp"

namespace essaimage::ctl {

/// The option of verbs that may end in a request: where to write it.
Option request_option();
/// If the daemon's reply says that signatures lack, writes the request (--to, else a name of its own in this folder), and says so on
/// stderr. True: it did, and nothing is in force.
Result<bool> save_request(const Context& context, const Json& reply);
/// "2 of escaut, lys, tourcoing": who may give that centre its next key (`neighbours` of a document); empty if nobody but the federation.
std::string neighbours_text(const Json& centre, const Context& context);
Result<store::SigningRequest> read_request(const std::string& file);
/// One line for each statement.
std::vector<std::string> words_of(const store::SigningRequest& request, const Context& context);
/// "curators: 1 of 2", one for each role that has to sign, the least that any of its statements has.
struct RoleStanding {
  std::string role;
  bool of_next = false;
  std::uint32_t signatures = 0, threshold = 0;
};
Result<std::vector<RoleStanding>> standing_of(const store::SigningRequest& request);
std::string standing_text(const std::vector<RoleStanding>& standing, const Context& context);
bool is_enough(const std::vector<RoleStanding>& standing);

}  // namespace essaimage::ctl
