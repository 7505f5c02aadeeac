// kit adapt, kit diff, kit tree: a kit of one's own that was made from another, what is different about it, and its family.

#include <fmt/format.h>

#include <array>
#include <ostream>

#include "store/git/text_merge.hpp"
#include "store/kit/licence.hpp"
#include "store/kit/lineage.hpp"
#include "store/kit/manifest.hpp"
#include "tools/ctl/folders/checkout.hpp"
#include "tools/ctl/folders/files_ahead.hpp"
#include "tools/ctl/folders/kit_side.hpp"
#include "tools/ctl/verbs/verbs.hpp"
#include "tools/ctl/words/adapt_words.hpp"
#include "tools/ctl/words/life_words.hpp"

namespace essaimage::ctl {

std::string change_text(kit::FileChange::Kind kind, const Context& context) {
  switch (kind) {
    case kit::FileChange::Kind::added: return context.say("added", "ajouté");
    case kit::FileChange::Kind::changed: return context.say("changed", "modifié");
    case kit::FileChange::Kind::removed: return context.say("removed", "retiré");
    case kit::FileChange::Kind::renamed: return context.say("renamed", "renommé");
  }
  return {};
}

Json to_json(const kit::FileChange& change) {
  static constexpr std::array<std::string_view, 4> names = {"added", "changed", "removed", "renamed"};
  Json json{{"change", names[static_cast<std::size_t>(change.kind)]}, {"path", change.path}};
  if (!change.before.empty()) json["before"] = change.before;
  return json;
}

std::string diff_for_people(const std::string& diff) {
  std::string text;
  for (std::size_t at = 0; at < diff.size();) {
    const auto end = std::min(diff.find('\n', at), diff.size());
    text += printable(std::string_view(diff).substr(at, end - at)) + "\n";
    at = end + 1;
  }
  return text;
}

}  // namespace essaimage::ctl

namespace essaimage::ctl::verb {

namespace {

/// The folder's name becomes that of the new kit: not of one that this centre has published already.
Status name_is_free(const Context& context, const std::string& folder) {
  TRY(auto client, Client::connect(context));  // of its own: that there is no such kit is a failure, which ends a connection
  TRY(const auto status, client.ask("status"));
  const auto slug = slug_from(kit::folder_name(folder));
  const KitId id{text_at(status, "centre"), slug};
  if (slug.empty()) return fail(Errc::usage, "DIR: " + folder);
  const auto known = client.ask("kit.show", Json{{"id", id.str()}});
  if (known) return fail(Errc::adapt_name_taken, id.str());
  return known.error().code == Errc::not_found ? Status{} : tl::unexpected(known.error());
}

/// What the licence asks of who adapts; empty if nothing.
std::string licence_warning(const std::string& licence, const Context& context) {
  if (licence.empty())
    return context.say("the kit names no licence: ask its author before publishing what you made of it",
                       "le kit ne nomme aucune licence : demandez à son auteur avant de publier ce que vous en faites");
  if (!kit::forbids_adaptations(licence)) return {};
  return fmt::format(
      fmt::runtime(context.say("its licence, {}, forbids to pass on what was changed: ask its author before publishing",
                               "sa licence, {}, interdit de diffuser une version modifiée : demandez à son auteur avant de publier")),
      licence);
}

/// An adaptation goes where its parent is (PublicationImpl::audience_of); empty if that is the whole region.
std::string audience_warning(const std::string& audience, const Context& context) {
  if (audience == "region") return {};
  return fmt::format(
      fmt::runtime(context.say("its author tells it to {} alone; yours goes there too, unless you publish it with --audience",
                               "son auteur ne le diffuse qu'à {} ; le vôtre y va aussi, sauf si vous le publiez avec --audience")),
      audience);
}

/// The two sides of `kit diff`: what was given, or the one given and what it came from.
struct Pair {
  KitSide before, after;
  FilesAhead before_ahead = {}, after_ahead = {};
};
Result<KitSide> side_of(const Context& context, Client& client, const std::string& typed) {
  if (names_folder(typed)) return side_of_folder(typed);
  TRY(const auto ref, parse_kit_ref(typed));
  return side_of_kit(context, client, ref);
}

/// An adaptation's parent; of another kit, its version before.
Result<KitSide> origin_of(const Context& context, Client& client, const KitSide& side) {
  const auto parent = parent_of(side, client);
  if (parent) return side_of_kit(context, client, *parent);
  if (parent.error().code != Errc::lineage_none || side.is_folder()) return tl::unexpected(parent.error());
  TRY(const auto history, client.list("kit.history", Json{{"id", side.id.str()}}));
  std::uint64_t before = 0;
  for (const auto& version : history) {
    const auto number = number_at(version, "version");
    if (number < side.version) before = std::max(before, number);
  }
  if (before == 0) return fail(Errc::lineage_none, side.name);
  return side_of_kit(context, client, {side.id, before});
}

Result<Pair> pair_of(const Context& context, Client& client) {
  const auto& typed = context.parsed.positionals;
  if (typed.size() == 2) {
    TRY(auto before, side_of(context, client, typed[0]));
    TRY(auto after, side_of(context, client, typed[1]));
    return Pair{std::move(before), std::move(after)};
  }
  TRY(auto after, side_of(context, client, typed[0]));
  TRY(auto before, origin_of(context, client, after));
  return Pair{std::move(before), std::move(after)};
}

const std::string& old_path_of(const kit::FileChange& change) { return change.before.empty() ? change.path : change.before; }

/// All texts that diff_of() will ask for are asked for together.
void read_ahead(Pair& pair, const std::vector<kit::FileChange>& changes) {
  std::vector<std::string> before, after;
  for (const auto& change : changes) {
    if (pair.before.texts.contains(old_path_of(change))) before.push_back(old_path_of(change));
    if (pair.after.texts.contains(change.path)) after.push_back(change.path);
  }
  pair.before_ahead = FilesAhead(std::move(before));
  pair.after_ahead = FilesAhead(std::move(after));
}

/// Nothing for media, and where nothing but a name or a right changed.
Result<std::string> diff_of(Client& client, Pair& pair, const kit::FileChange& change) {
  const auto& old_path = old_path_of(change);
  std::optional<std::string> before, after;
  const bool was = pair.before.find(old_path) != nullptr, is = pair.after.find(change.path) != nullptr;
  if ((was && !pair.before.texts.contains(old_path)) || (is && !pair.after.texts.contains(change.path))) return std::string();
  if (was) {
    TRY(before, pair.before_ahead.read_text(pair.before, client, old_path));
  }
  if (is) {
    TRY(after, pair.after_ahead.read_text(pair.after, client, change.path));
  }
  return store::diff_texts(before, after, change.path);
}

std::string relative_line(const Json& kit, const Context& context) {
  const auto indent = std::string(2 * number_at(kit, "depth"), ' ');
  auto text = text_at(kit, "id");
  if (flag_at(kit, "again")) return indent + text + context.say("  (see above)", "  (voir plus haut)");
  if (!flag_at(kit, "known")) return indent + text + context.say("  (not known here)", "  (inconnu ici)");
  const auto language = context.language;
  text += fmt::format(fmt::runtime(context.say("  version {}, {}", "  version {}, {}")), number_at(kit, "version"),
                      human_day(text_at(kit, "published_at"), language));
  if (const auto from = number_at(kit, "from_version"); from != 0)
    text += fmt::format(fmt::runtime(context.say(", from version {}", ", d'après la version {}")), from);
  std::string users;
  for (const auto& adoption : list_at(kit, "adoptions"))
    users += (users.empty() ? "" : ", ") + text_at(adoption, "centre") + "@" + std::to_string(number_at(adoption, "kit_version"));
  if (!users.empty()) text += context.say("; adopted by ", " ; adopté par ") + users;
  return indent + printable(text);
}

}  // namespace

Result<ExitCode> kit_adapt(Context& context) {
  TRY(auto ref, parse_kit_ref(context.parsed.positionals[0]));
  const auto& folder = context.parsed.positionals[1];
  CHECK_OK(name_is_free(context, folder));
  TRY(auto client, Client::connect(context));
  const auto shown = client.ask("kit.show", Json{{"id", ref.id.str()}});
  if (!shown) return tl::unexpected(with_suggestion(context, ref.id, shown.error()));
  if (!ref.version) ref.version = number_at(*shown, "version");
  std::string licence;
  TRY(auto reply, check_out(context, ref, folder, [&](const std::string& manifest) -> Result<std::string> {
        TRY(const auto read, kit::parse_manifest(manifest));
        licence = read.licence;
        return kit::with_lineage(manifest, ref.id, *ref.version, false);
      }));
  std::vector<std::string> warnings{licence_warning(licence, context), audience_warning(text_at(*shown, "audience"), context)};
  std::erase(warnings, std::string());
  const auto from = ref.id.str() + "@" + std::to_string(*ref.version);
  if (context.json) {
    reply["adapted_from"] = from;
    reply["licence"] = licence;
    reply["warnings"] = warnings;
    context.out() << pretty(reply) << "\n";
    return ExitCode::ok;
  }
  context.out() << fmt::format(fmt::runtime(context.say("{}: {}, adapted from {}. Change it, then: essaimagectl publish {}\n",
                                                        "{} : {}, d'après {}. Modifiez-le, puis : essaimagectl publish {}\n")),
                               folder, counted(number_at(reply, "files"), files_counted, context.language), from, folder);
  for (const auto& warning : warnings) context.err() << context.say("warning: ", "attention : ") << printable(warning) << "\n";
  return ExitCode::ok;
}

Result<ExitCode> kit_diff(Context& context) {
  TRY(auto client, Client::connect(context));
  TRY(auto pair, pair_of(context, client));
  const auto comparison = kit::compare_files(pair.before.files, pair.after.files);
  if (context.parsed.has("text")) read_ahead(pair, comparison.changes);
  Json document{{"before", pair.before.name}, {"after", pair.after.name}, {"same", comparison.same}, {"changes", Json::array()}};
  std::string diffs;
  for (const auto& change : comparison.changes) {
    document["changes"].push_back(to_json(change));
    if (!context.parsed.has("text")) continue;
    TRY(const auto diff, diff_of(client, pair, change));
    if (!diff.empty()) document["changes"].back()["diff"] = diff;
    if (!diff.empty()) diffs += "\n" + diff_for_people(diff);
  }
  if (context.json) {
    context.out() << pretty(document) << "\n";
    return ExitCode::ok;
  }
  context.out() << fmt::format("{} → {}\n", printable(pair.before.name), printable(pair.after.name));
  for (const auto& change : comparison.changes) {
    const auto word = change_text(change.kind, context);
    const auto before = change.before.empty() ? std::string() : printable(change.before) + " → ";
    const auto fill = std::string(10 - std::min<std::size_t>(display_width(word), 9), ' ');
    context.out() << "  " << word << fill << before << printable(change.path) << "\n";
  }
  context.out() << fmt::format(fmt::runtime(context.say("{} as they were.\n", "{} sans changement.\n")),
                               counted(comparison.same, files_counted, context.language))
                << diffs;
  return ExitCode::ok;
}

Result<ExitCode> kit_tree(Context& context) {
  TRY(const auto ref, parse_kit_alone(context.parsed.positionals[0]));
  TRY(auto client, Client::connect(context));
  auto kits = Json::array();
  Client::Handlers handlers;
  handlers.item = [&](const Json& page) -> Status {
    kits.insert(kits.end(), page.begin(), page.end());
    return {};
  };
  const auto reply = client.ask("kit.tree", ref.arguments(), handlers);
  if (!reply) return tl::unexpected(with_suggestion(context, ref.id, reply.error()));
  if (context.json) context.out() << pretty(kits) << "\n";
  for (const auto& kit : context.json ? Json::array() : kits) {
    const auto line = relative_line(kit, context);
    context.out() << (text_at(kit, "relation") == "self" ? context.out_style.paint(Colour::bold, line) : line) << "\n";
  }
  // On stderr, also beside --json, whose list has no place for it.
  const auto more = context.say("warning: the family is larger; only the first {} kits of it are shown\n",
                                "attention : la famille est plus grande ; seuls ses {} premiers kits sont montrés\n");
  if (flag_at(*reply, "cut")) context.err() << fmt::format(fmt::runtime(more), kits.size());
  return ExitCode::ok;
}

}  // namespace essaimage::ctl::verb
