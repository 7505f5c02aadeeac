#pragma once
// A connection to the daemon of this home, and one verb's exchange over it. Errors are the daemon's
// own, or Errc::control_not_running, Errc::home_missing, Errc::control_closed, and Errc::cancelled
// after Ctrl-C. Thread rule: one thread.

#include <functional>
#include <nlohmann/json.hpp>
#include <optional>

#include "proto/control_socket.hpp"
#include "tools/ctl/context.hpp"
#include "tools/ctl/progress.hpp"

namespace essaimage::ctl {

/// Keeps the order in which the daemon put the keys.
using Json = nlohmann::ordered_json;

/// JSON for people's programs: indented, never broken UTF-8.
std::string pretty(const Json& json);

// Fields of a document of the daemon; a field that is absent or of another kind is empty, so that a
// newer daemon's document is still shown.
std::string text_at(const Json& json, const char* key);
std::uint64_t number_at(const Json& json, const char* key);
bool flag_at(const Json& json, const char* key);
/// The object under that key, or an empty one.
const Json& object_at(const Json& json, const char* key);
/// The list under that key, or an empty one.
const Json& list_at(const Json& json, const char* key);
std::string texts_at(const Json& json, const char* key);  ///< joined by ", "

class Client {
 public:
  /// To the daemon of the context's home.
  static Result<Client> connect(const Context& context);

  using OnItem = std::function<Status(const Json&)>;
  using OnData = std::function<Status(const control::Data&)>;
  struct Handlers {
    OnItem item;
    OnData data;
    ProgressBar* progress = nullptr;
  };
  /// Sends a request and takes what comes until its reply.
  Result<Json> ask(std::string_view verb, const Json& arguments, const Handlers& handlers);
  Result<Json> ask(std::string_view verb, const Json& arguments = Json::object()) { return ask(verb, arguments, Handlers{}); }
  /// The entries of a verb that answers with a list.
  Result<Json> list(std::string_view verb, const Json& arguments = Json::object());

  // --- uploads: after start(), items and data, then finish()
  // -----------------------------------------------------------
  Status start(std::string_view verb, const Json& arguments);
  /// The next item: that the daemon is ready, or what it answers to a step.
  Result<Json> next_item(const Handlers& handlers);
  Status send(const Json& item);
  Status send(control::Data data);
  Result<Json> finish(const Handlers& handlers);

 private:
  explicit Client(control::Connection connection) : connection_(std::move(connection)) {}
  Result<control::Frame> next();
  Status send_frame(const control::Frame& frame);
  control::Connection connection_;
};

}  // namespace essaimage::ctl
