#pragma once
// JSON of the control verbs: reading arguments strictly, and the facts of the store and the core as
// documents. The only place in the shell that knows how a fact is named in JSON; proto/CONTROL.md
// specifies the names. nlohmann-json is used through its calls that do not throw. Pure functions,
// any thread.

#include <nlohmann/json.hpp>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "daemon/shell/node.hpp"

namespace essaimage::shell {

/// Keeps the order in which keys were put, so that people can read it.
using Json = nlohmann::ordered_json;

/// Text that is not UTF-8 is replaced, never thrown about.
std::string dump(const Json& json);

/// The arguments of a request: each one is asked for by name and kind; what was not asked for is
/// refused at the end.
class Arguments {
 public:
  static Result<Arguments> parse(const std::string& text);

  Result<std::string> text(const std::string& name);
  Result<std::optional<std::string>> optional_text(const std::string& name);
  Result<std::vector<std::string>> texts(const std::string& name);  ///< absent: none
  Result<bool> flag(const std::string& name);                       ///< absent: false
  Result<std::optional<std::uint64_t>> number(const std::string& name);
  Result<KitId> kit();  ///< of "id"
  /// Errc::usage if an argument was given that nobody asked for.
  Status nothing_else() const;

 private:
  explicit Arguments(Json json) : json_(std::move(json)) {}
  const Json* find(const std::string& name);
  Json json_;
  std::set<std::string> asked_;
};

struct Words;
Json to_json(const Words& words);  ///< en, fr
/// `rest`, and of a pause that ends by itself `ends_in_ms`, and `hours` if there are any.
Json to_json(const Traffic::State& traffic, Instant now);
Json to_json(const Error& error);  ///< code, detail, actor, cause, next_step (in English)
/// Its stage is what signed facts tell; what its kit.toml claims is beside it.
Json to_json(const store::KitSummary& kit, const store::Stages& stages);
std::string_view state_of(const store::KitSummary& kit);  ///< "whole", "coming", "not-held"
Json to_json(store::HoldReason why);                      ///< code, text {en, fr}
Json to_json(const store::KitVersion& version);
Json to_json(const store::KitFile& file);
Json to_json(const store::WithdrawnBy& by);  ///< by, withdrawal, why, since
Json to_json(const store::PublishedKit& kit);
Json to_json(const store::CatalogueFile& decision);
Json to_json(const store::ProposalRow& proposal);
Json to_json(const store::AdoptionRow& adoption);
Json to_json(const core::PeerStatus& peer, Instant now);
Json to_json(const Node::NumberedEvent& event);
Json to_json(const std::set<std::string>& texts);
/// Of the federation's signed time: null, or why none counts.
Json time_lack_json(const store::FederationView& view);
/// Who may give it its next key: `named`, `needed`, and how many of them can sign now, `able`.
Json neighbours_json(const Roster& roster, const Member& member);

std::string_view str(core::PeerStatus::State state);  ///< "connected", "connecting", …
std::string_view str(core::Event::Kind kind);         ///< "peer-connected", …
std::string_view str(Actor actor);                    ///< "author", "admin", …

}  // namespace essaimage::shell
