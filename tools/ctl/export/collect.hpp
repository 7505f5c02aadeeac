#pragma once
// What an export is made of: the daemon's documents put together, one for each kit of the catalogue, in the form of the JSON export
// (packaging/docs/catalogue-export.md). The HTML, OPDS and CSV exports are made from these documents too, so that none of them says
// what another may not. One thread.
//
// Only what the whole region may know is in them: the newest version that was published to the region, adoptions and outcomes that
// were said to the region. `contact` is for members alone; kit.toml itself is never exported.
// Errors: those of the daemon; Errc::usage for a territory that nobody is of.

#include <map>
#include <vector>

#include "tools/ctl/client.hpp"
#include "tools/ctl/export/wish.hpp"

namespace essaimage::ctl::site {

/// A kit of the export.
struct ExportKit {
  Json document;
  std::map<std::string, std::string> texts;  ///< what its page shows, by path
};

class Collector {
 public:
  static Result<Collector> begin(const Context& context, const Wish& wish);
  /// Everything about the export but its kits.
  const Json& about() const { return about_; }
  const std::vector<std::string>& ids() const { return ids_; }
  bool has(const std::string& id) const;
  /// `texts` are read only if `with_texts`. Errc::not_found if no version of it is known here that the region may have.
  Result<ExportKit> kit(const std::string& id, bool with_texts);

  /// Of the file at that place of the list; `end` with the last piece. Its error ends the export.
  using OnPart = std::function<Status(std::size_t file, ByteView bytes, bool end)>;
  using OnLost = std::function<void(std::size_t file)>;
  /// Files of that kit's document, in pieces, in this order. What this node cannot give after all is `lost`, and the others come.
  Status stream(const Json& kit, const std::vector<std::string>& paths, const OnPart& part, const OnLost& lost);

 private:
  Collector(const Context& context, const Wish& wish, Client client) : context_(&context), wish_(&wish), client_(std::move(client)) {}
  Status connect_again();
  Status read_texts(ExportKit& kit);
  Status read_about();
  Status read_outcomes();
  Result<Json> files_of(const std::string& id, std::uint64_t version);
  Result<Json> region_version(const Json& shown);
  void tell_centre(Json& document, const std::string& centre) const;
  Json adoptions_of(const Json& shown) const;

  const Context* context_;
  const Wish* wish_;
  std::optional<Client> client_;  ///< another one after a failure, which ends a connection
  Json about_;
  std::vector<std::string> ids_;
  std::map<std::string, Json> decisions_, members_, outcomes_;
};

}  // namespace essaimage::ctl::site
