// kit upstream: what changed in the kit that this one was adapted from, and taking it over, file by file.

#include <fmt/format.h>

#include <array>
#include <ostream>

#include "store/git/text_merge.hpp"
#include "store/kit/lineage.hpp"
#include "store/kit/manifest.hpp"
#include "tools/ctl/adapt_words.hpp"
#include "tools/ctl/kit_side.hpp"
#include "tools/ctl/upstream.hpp"
#include "tools/ctl/verbs.hpp"
#include "tools/ctl/working_folder.hpp"

namespace essaimage::ctl::verb {

namespace {

using Kind = kit::FileChange::Kind;
using Here = UpstreamFile::Here;

/// A version of the parent, with its kit.toml as an adaptation would have it: what differs then is what its author changed.
struct ParentSide {
  KitSide side;
  std::string manifest;
};

Result<ParentSide> parent_side(const Context& context, Client& client, const KitRef& ref, const KitRef& lineage) {
  TRY(auto side, side_of_kit(context, client, ref));
  const std::string name(kit::manifest_name);
  TRY(const auto published, read_text(side, client, name));
  TRY(auto manifest, kit::with_lineage(published, lineage.id, *lineage.version, false));
  for (auto& file : side.files) {
    if (file.path == name) file.id = id_of_text(manifest);
  }
  return ParentSide{std::move(side), std::move(manifest)};
}

/// What became of a file that was taken.
enum class Taken { as_it_is, merged, conflict, kept_ours, nothing };

std::string taken_text(Taken taken, const Context& context) {
  switch (taken) {
    case Taken::as_it_is: return context.say("taken", "repris");
    case Taken::merged: return context.say("taken, with what you changed", "repris, avec vos modifications");
    case Taken::conflict:
      return context.say("CONFLICT: both changed the same; look for <<<<<<<", "CONFLIT : les deux ont changé la même chose ; cherchez <<<<<<<");
    case Taken::kept_ours:
      return context.say("CONFLICT: yours stays, theirs lies beside", "CONFLIT : la vôtre reste, l'autre est à côté");
    case Taken::nothing: return context.say("the same already", "déjà pareil");
  }
  return {};
}

std::string_view code_of(Taken taken) {
  static constexpr std::array<std::string_view, 5> names = {"taken", "merged", "conflict", "kept-ours", "same"};
  return names[static_cast<std::size_t>(taken)];
}

std::string_view code_of(Here here) {
  static constexpr std::array<std::string_view, 4> names = {"as-adapted", "edited", "same", "removed"};
  return names[static_cast<std::size_t>(here)];
}

std::string here_text(Here here, const Context& context) {
  switch (here) {
    case Here::as_adapted: return context.say("as it was", "tel quel");
    case Here::edited: return context.say("changed here too", "modifié ici aussi");
    case Here::same: return context.say("the same already", "déjà pareil");
    case Here::removed: return context.say("removed here", "retiré ici");
  }
  return {};
}

class Upstream {
 public:
  static Result<Upstream> look(const Context& context, Client& client) {
    const auto& typed = context.parsed.positionals[0];
    Upstream upstream(context, client);
    if (names_folder(typed)) {
      TRY(upstream.ours_, side_of_folder(typed));
    } else {
      TRY(const auto ref, parse_kit_ref(typed));
      TRY(upstream.ours_, side_of_kit(context, client, ref));
    }
    TRY(upstream.parent_, parent_of(upstream.ours_, client));
    const auto& parent = upstream.parent_;
    TRY(upstream.base_, parent_side(context, client, parent, parent));
    TRY(upstream.theirs_, parent_side(context, client, {parent.id, std::nullopt}, parent));
    const auto& ours = upstream.ours_;
    if (upstream.is_newer()) upstream.files_ = compare_upstream(upstream.base_.side.files, upstream.theirs_.side.files, ours.files);
    if (ours.is_folder()) upstream.settled_ = Settled::read(ours.folder, upstream.target());
    return upstream;
  }

  bool is_newer() const { return theirs_.side.version > base_.side.version; }
  bool is_folder() const { return ours_.is_folder(); }
  const std::vector<UpstreamFile>& files() const { return files_; }
  std::string origin() const { return base_.side.name; }
  std::string target() const { return theirs_.side.name; }
  bool is_open(const UpstreamFile& file) const { return file.here != Here::same && !settled_.has(file.path); }
  std::size_t open_count() const {
    return static_cast<std::size_t>(std::ranges::count_if(files_, [&](const UpstreamFile& file) { return is_open(file); }));
  }

  /// Nothing for media.
  Result<std::string> diff(const UpstreamFile& file) {
    if (is_media(base_.side, file.path) || is_media(theirs_.side, file.path)) return std::string();
    TRY(const auto before, text(base_, file.path));
    TRY(const auto after, text(theirs_, file.path));
    return store::diff_texts(before, after, file.path);
  }

  void leave(const UpstreamFile& file) { settled_.add(file.path); }

  Result<Taken> take(const UpstreamFile& file, WorkingFolder& folder) {
    TRY(const auto taken, file.here == Here::same ? Result<Taken>(Taken::nothing) : take_over(file, folder));
    settled_.add(file.path);
    return taken;
  }

  /// Remembers what is settled; once all is, the folder descends from the newer version.
  Result<bool> conclude(WorkingFolder& folder) {
    if (open_count() > 0) {
      CHECK_OK(settled_.write(ours_.folder));
      return false;
    }
    const std::string name(kit::manifest_name);
    TRY(const auto now, side_of_folder(ours_.folder.string()));
    TRY(const auto manifest, read_text(now, client_, name));
    TRY(const auto moved, kit::with_lineage(manifest, parent_.id, theirs_.side.version, true));
    CHECK_OK(folder.write_text(name, false, moved));
    CHECK_OK(Settled::forget(ours_.folder));
    return true;
  }
  /// After a failure: what was settled before it is not asked again.
  void remember() const { (void)settled_.write(ours_.folder); }

 private:
  Upstream(const Context& context, Client& client) : context_(context), client_(client) {}

  static bool is_media(const KitSide& side, const std::string& path) { return side.find(path) != nullptr && !side.texts.contains(path); }

  /// Empty for a file that is not there.
  Result<std::string> text(const ParentSide& parent, const std::string& path) {
    if (path == kit::manifest_name) return parent.manifest;
    if (parent.side.find(path) == nullptr) return std::string();
    return read_text(parent.side, client_, path);
  }

  Result<Taken> take_over(const UpstreamFile& file, WorkingFolder& folder) {
    const bool edited = file.here == Here::edited;
    const bool texts = !is_media(base_.side, file.path) && !is_media(theirs_.side, file.path) && !is_media(ours_, file.path);
    if (edited && texts && file.change != Kind::removed) return merge(file, folder);
    if (edited) CHECK_OK(folder.keep(file.path));
    if (file.change == Kind::removed) {
      if (file.here != Here::removed) CHECK_OK(folder.remove(file.path));
    } else {
      CHECK_OK(copy(file, folder));
    }
    return edited ? Taken::conflict : Taken::as_it_is;
  }

  Status copy(const UpstreamFile& file, WorkingFolder& folder) {
    const bool executable = theirs_.side.find(file.path)->executable;
    if (file.path == kit::manifest_name) return folder.write_text(file.path, executable, theirs_.manifest);
    return folder.write(file.path, executable,
                        [&](const WorkingFolder::Sink& sink) { return read_file(theirs_.side, client_, file.path, sink); });
  }

  Result<Taken> merge(const UpstreamFile& file, WorkingFolder& folder) {
    TRY(const auto base, text(base_, file.path));
    TRY(const auto theirs, text(theirs_, file.path));
    TRY(const auto ours, read_text(ours_, client_, file.path));
    TRY(const auto merged, store::merge_texts(base, ours, theirs, {ours_.name, target()}));
    CHECK_OK(folder.keep(file.path));
    // Marks in kit.toml would make it unreadable, and the folder no kit.
    const bool broken = file.path == kit::manifest_name && (merged.conflict || !kit::parse_manifest(merged.text));
    if (broken) {
      CHECK_OK(folder.keep_text(file.path + ".theirs", theirs));
      return Taken::kept_ours;
    }
    const bool executable = theirs_.side.find(file.path)->executable || ours_.find(file.path)->executable;
    CHECK_OK(folder.write_text(file.path, executable, merged.text));
    return merged.conflict ? Taken::conflict : Taken::merged;
  }

  const Context& context_;
  Client& client_;
  KitSide ours_;
  KitRef parent_;
  ParentSide base_, theirs_;
  std::vector<UpstreamFile> files_;
  Settled settled_;
};

Json json_of(const Upstream& upstream) {
  Json json{{"adapted_from", upstream.origin()}, {"newest", upstream.target()}, {"open", upstream.open_count()}, {"files", Json::array()}};
  for (const auto& file : upstream.files()) {
    auto entry = to_json(kit::FileChange{file.change, file.path, {}});
    entry["here"] = code_of(file.here);
    entry["settled"] = !upstream.is_open(file);
    json["files"].push_back(std::move(entry));
  }
  return json;
}

Result<ExitCode> list(const Context& context, Upstream& upstream) {
  auto document = json_of(upstream);
  std::string diffs;
  for (std::size_t i = 0; i < upstream.files().size(); ++i) {
    const auto& file = upstream.files()[i];
    if (!upstream.is_open(file)) continue;
    TRY(const auto diff, upstream.diff(file));
    if (!diff.empty()) document["files"][i]["diff"] = diff;
    if (!diff.empty()) diffs += "\n" + diff_for_people(diff);
  }
  if (context.json) {
    context.out() << pretty(document) << "\n";
    return ExitCode::ok;
  }
  if (!upstream.is_newer()) {
    context.out() << fmt::format(fmt::runtime(context.say("{} is the newest version.\n", "{} est la dernière version.\n")), upstream.origin());
    return ExitCode::ok;
  }
  context.out() << fmt::format("{} → {}\n", upstream.origin(), upstream.target());
  Table table({{context.say("there", "là-bas")}, {context.say("here", "ici")}, {context.say("settled", "réglé")}, {context.say("file", "fichier")}});
  for (const auto& file : upstream.files())
    table.add({change_text(file.change, context), here_text(file.here, context), upstream.is_open(file) ? "" : context.say("yes", "oui"),
               file.path});
  context.out() << table.str(context.out_style) << diffs;
  return ExitCode::ok;
}

/// Each must be one that changed.
Result<std::set<std::string>> chosen(const Context& context, const Upstream& upstream, const char* option) {
  std::set<std::string> paths;
  for (const auto& path : context.parsed.values(option)) {
    const bool known = std::ranges::find(upstream.files(), path, &UpstreamFile::path) != upstream.files().end();
    if (!known) return fail(Errc::usage, "--" + std::string(option) + " " + path);
    paths.insert(path);
  }
  return paths;
}

struct Settlement {
  Json document;
  std::size_t conflicts = 0;
  bool moved = false;
  std::vector<std::pair<std::string, std::string>> lines;  ///< file, and what became of it
};

Result<Settlement> settle_all(const Context& context, Upstream& upstream, WorkingFolder& folder) {
  TRY(const auto take, chosen(context, upstream, "take"));
  TRY(const auto leave, chosen(context, upstream, "leave"));
  const bool all = context.parsed.has("take-all");
  Settlement settlement;
  Json results = Json::object();
  for (const auto& file : upstream.files()) {
    if (leave.contains(file.path)) {
      upstream.leave(file);
      results[file.path] = "left";
      settlement.lines.emplace_back(file.path, context.say("left", "laissé"));
    } else if (take.contains(file.path) || (all && upstream.is_open(file))) {
      const auto taken = upstream.take(file, folder);
      if (!taken) upstream.remember();
      if (!taken) return tl::unexpected(taken.error());
      results[file.path] = code_of(*taken);
      settlement.conflicts += *taken == Taken::conflict || *taken == Taken::kept_ours;
      settlement.lines.emplace_back(file.path, taken_text(*taken, context));
    }
  }
  TRY(settlement.moved, upstream.conclude(folder));
  settlement.document = json_of(upstream);
  settlement.document["results"] = std::move(results);
  settlement.document["conflicts"] = settlement.conflicts;
  settlement.document["kept"] = folder.kept().empty() ? Json(nullptr) : Json(folder.kept().string());
  settlement.document["moved"] = settlement.moved;
  return settlement;
}

Result<ExitCode> settle(const Context& context, Upstream& upstream) {
  if (!upstream.is_folder()) return fail(Errc::usage, "kit upstream DIR --take FILE");
  if (!upstream.is_newer()) return list(context, upstream);
  WorkingFolder folder(context.parsed.positionals[0]);
  TRY(const auto settlement, settle_all(context, upstream, folder));
  const auto code = settlement.conflicts == 0 ? ExitCode::ok : ExitCode::refused;
  if (context.json) {
    context.out() << pretty(settlement.document) << "\n";
    return code;
  }
  for (const auto& [path, text] : settlement.lines) context.out() << printable(path) << context.say(": ", " : ") << text << "\n";
  if (!folder.kept().empty())
    context.out() << fmt::format(fmt::runtime(context.say("What was there is in {}\n", "Ce qu'il y avait est dans {}\n")),
                                 printable(folder.kept().filename().string()));
  const auto said = settlement.moved ? fmt::format(fmt::runtime(context.say("Adapted from {} now.\n", "Adapté de {} désormais.\n")), upstream.target())
                                     : fmt::format(fmt::runtime(context.say("{} to settle: --take or --leave.\n", "{} à régler : --take ou --leave.\n")),
                                                   counted(upstream.open_count(), files_counted, context.language));
  context.out() << said;
  return code;
}

}  // namespace

Result<ExitCode> kit_upstream(Context& context) {
  TRY(auto client, Client::connect(context));
  TRY(auto upstream, Upstream::look(context, client));
  const auto& parsed = context.parsed;
  return parsed.has("take") || parsed.has("take-all") || parsed.has("leave") ? settle(context, upstream) : list(context, upstream);
}

}  // namespace essaimage::ctl::verb
