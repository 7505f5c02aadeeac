// kit upstream: what changed in the kit that this one was adapted from, and taking it over, file by file.

#include <fmt/format.h>

#include <algorithm>
#include <ostream>

#include "proto/limits.hpp"
#include "store/git/text_merge.hpp"
#include "store/kit/lineage.hpp"
#include "store/kit/manifest.hpp"
#include "tools/ctl/folders/files_ahead.hpp"
#include "tools/ctl/folders/kit_side.hpp"
#include "tools/ctl/folders/upstream.hpp"
#include "tools/ctl/folders/working_folder.hpp"
#include "tools/ctl/verbs/verbs.hpp"
#include "tools/ctl/words/adapt_words.hpp"
#include "tools/ctl/words/upstream_words.hpp"

namespace essaimage::ctl::verb {

namespace {

using Kind = kit::FileChange::Kind;
using Here = UpstreamFile::Here;

/// A version of the parent, with its kit.toml as an adaptation would have it: what differs then is what its author changed.
struct ParentSide {
  KitSide side;
  std::string manifest;
  FilesAhead ahead;
};

Result<ParentSide> parent_side(const Context& context, Client& client, const KitRef& ref, const KitRef& lineage) {
  TRY(auto side, side_of_kit(context, client, ref));
  const std::string name(kit::manifest_name);
  TRY(const auto published, read_text(side, client, name));
  TRY(auto manifest, kit::with_lineage(published, lineage.id, *lineage.version, false));
  for (auto& file : side.files) {
    if (file.path == name) file.id = id_of_text(manifest);
  }
  return ParentSide{std::move(side), std::move(manifest), {}};
}

class Upstream {
 public:
  static Result<Upstream> look(const Context& context, Client& client) {
    const auto& typed = context.parsed.positionals[0];
    Upstream upstream(client);
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

  /// All that will be looked at or taken, in that order: they are asked for together. `with_base`: also as they were when adapted.
  void will_read(const std::vector<const UpstreamFile*>& files, bool with_base) {
    std::vector<std::string> before, after;
    for (const auto* file : files) {
      if (file->path == kit::manifest_name) continue;
      if (with_base || file->here == Here::edited) before.push_back(file->path);
      if (file->change != Kind::removed) after.push_back(file->path);
    }
    base_.ahead = FilesAhead(std::move(before));
    theirs_.ahead = FilesAhead(std::move(after));
  }

  /// Nothing for media.
  Result<std::string> diff(const UpstreamFile& file) {
    if (is_media(base_.side, file.path) || is_media(theirs_.side, file.path)) return std::string();
    TRY(const auto before, text(base_, file.path));
    TRY(const auto after, text(theirs_, file.path));
    return store::diff_texts(before, after, file.path);
  }

  Status leave(const UpstreamFile& file) { return settled_.settle(ours_.folder, file.path); }

  Result<Taken> take(const UpstreamFile& file, WorkingFolder& folder) {
    if (file.here == Here::same) return Taken{Taken::Kind::nothing, {}};
    return take_over(file, folder);
  }
  /// At once, since marks are put into marks if a file is taken twice.
  Status settled(const UpstreamFile& file, const Taken& taken) {
    return taken.kind == Taken::Kind::in_the_way ? Status{} : settled_.settle(ours_.folder, file.path);
  }

  struct Conclusion {
    bool moved = false;
    bool met_other = false;  ///< in kit.toml
  };
  /// Once all is settled, the folder descends from the newer version.
  Result<Conclusion> conclude(WorkingFolder& folder) {
    if (open_count() > 0) {
      if (!settled_.empty()) CHECK_OK(settled_.write(ours_.folder));
      return Conclusion{};
    }
    const std::string name(kit::manifest_name);
    TRY(const auto state, folder.state(name));
    if (!state) return fail(Errc::kit_manifest_missing, ours_.name);
    TRY(const auto handle, kit::FolderHandle::open(ours_.folder));
    TRY(const auto manifest, kit::read_small(handle, {name, *state}, limits::text_file_bytes_max));
    TRY(const auto moved, kit::with_lineage(manifest, parent_.id, theirs_.side.version, true));
    TRY(const auto done, folder.write_text(name, state->executable, {state}, moved));
    if (!done.in_the_way.empty()) return fail(Errc::kit_manifest_missing, ours_.name);
    CHECK_OK(Settled::forget(ours_.folder));
    return Conclusion{true, done.other};
  }

  /// What was killed leaves nothing behind for long.
  void sweep(const WorkingFolder& folder) const {
    folder.sweep();
    Settled::sweep(ours_.folder);
  }

 private:
  explicit Upstream(Client& client) : client_(client) {}

  static bool is_media(const KitSide& side, const std::string& path) { return side.find(path) != nullptr && !side.texts.contains(path); }

  /// Nothing for a file that is not there.
  Result<std::optional<std::string>> text(ParentSide& parent, const std::string& path) {
    if (path == kit::manifest_name) return parent.manifest;
    if (parent.side.find(path) == nullptr) return std::nullopt;
    return parent.ahead.read_text(parent.side, client_, path);
  }

  WorkingFolder::Judged judged(const UpstreamFile& file) const {
    const auto at = std::ranges::lower_bound(ours_.scanned, file.path, {}, &kit::ScannedFile::path);
    const bool is_there = at != ours_.scanned.end() && at->path == file.path;
    return {is_there ? std::optional(at->state) : std::nullopt, file.here == Here::edited};
  }

  /// What is told of a file that is written or removed, or else why not.
  static Taken taken(const WorkingFolder::Done& done, Taken::Kind kind) {
    if (!done.in_the_way.empty()) return {Taken::Kind::in_the_way, done.in_the_way};
    return {done.other ? Taken::Kind::met_other : kind, {}};
  }

  Result<Taken> take_over(const UpstreamFile& file, WorkingFolder& folder) {
    const bool edited = file.here == Here::edited;
    const bool removed = file.change == Kind::removed;
    const bool texts = !is_media(base_.side, file.path) && !is_media(theirs_.side, file.path) && !is_media(ours_, file.path);
    if (edited && texts && !removed) return merge(file, folder);
    TRY(const auto done, removed ? folder.remove(file.path, judged(file)) : copy(file, folder));
    if (file.here == Here::removed) return taken(done, Taken::Kind::returned);
    if (!edited || !done.copied) return taken(done, Taken::Kind::as_it_is);
    return taken(done, removed ? Taken::Kind::removed : Taken::Kind::replaced);
  }

  Result<WorkingFolder::Done> copy(const UpstreamFile& file, WorkingFolder& folder) {
    const bool executable = theirs_.side.find(file.path)->executable;
    if (file.path == kit::manifest_name) return folder.write_text(file.path, executable, judged(file), theirs_.manifest);
    return folder.write(file.path, executable, judged(file),
                        [&](const WorkingFolder::Sink& sink) { return theirs_.ahead.read_file(theirs_.side, client_, file.path, sink); });
  }

  Result<Taken> merge(const UpstreamFile& file, WorkingFolder& folder) {
    TRY(const auto base, text(base_, file.path));
    TRY(const auto theirs, text(theirs_, file.path));
    TRY(const auto ours, read_text(ours_, client_, file.path));
    TRY(const auto merged, store::merge_texts(base.value_or(""), ours, *theirs, {ours_.name, target()}));
    // Marks in kit.toml would make it unreadable, and the folder no kit.
    const bool broken = file.path == kit::manifest_name && (merged.conflict || !kit::parse_manifest(merged.text));
    if (broken) {
      CHECK_OK(folder.keep(file.path));
      CHECK_OK(folder.keep_text(file.path + ".theirs", *theirs));
      return Taken{Taken::Kind::kept_ours, {}};
    }
    const bool executable = theirs_.side.find(file.path)->executable || ours_.find(file.path)->executable;
    TRY(const auto done, folder.write_text(file.path, executable, judged(file), merged.text));
    return taken(done, merged.conflict ? Taken::Kind::conflict : Taken::Kind::merged);
  }

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
  std::vector<const UpstreamFile*> open;
  for (const auto& file : upstream.files())
    if (upstream.is_open(file)) open.push_back(&file);
  upstream.will_read(open, true);
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
    const auto newest = context.say("{} is the newest version.\n", "{} est la dernière version.\n");
    context.out() << fmt::format(fmt::runtime(newest), upstream.origin());
    return ExitCode::ok;
  }
  context.out() << fmt::format("{} → {}\n", upstream.origin(), upstream.target());
  Table table({{context.say("there", "là-bas")},
               {context.say("here", "ici")},
               {context.say("settled", "réglé")},
               {context.say("file", "fichier")}});
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

/// What was done, also if it could not be brought to its end.
class Settlement {
 public:
  Settlement(const Context& context, Upstream& upstream, WorkingFolder& folder) : context_(context), upstream_(upstream), folder_(folder) {}

  Status settle() {
    TRY(const auto take, chosen(context_, upstream_, "take"));
    TRY(const auto leave, chosen(context_, upstream_, "leave"));
    const bool all = context_.parsed.has("take-all");
    std::vector<const UpstreamFile*> left, taken;
    for (const auto& file : upstream_.files()) {
      if (leave.contains(file.path)) left.push_back(&file);
      else if (take.contains(file.path) || (all && upstream_.is_open(file))) taken.push_back(&file);
    }
    // What goes, first: a folder there may have become a file, and a file a folder.
    std::stable_partition(taken.begin(), taken.end(), [](const UpstreamFile* file) { return file->change == Kind::removed; });
    for (const auto* file : left) {
      add(file->path, "left", context_.say("left", "laissé"));
      CHECK_OK(upstream_.leave(*file));
    }
    upstream_.will_read(taken, false);
    for (const auto* file : taken) {
      TRY(const auto what, upstream_.take(*file, folder_));
      add(file->path, what);
      CHECK_OK(upstream_.settled(*file, what));
    }
    TRY(const auto conclusion, upstream_.conclude(folder_));
    moved_ = conclusion.moved;
    if (conclusion.met_other) add(std::string(kit::manifest_name), Taken{Taken::Kind::met_other, {}});
    return {};
  }

  bool is_empty() const { return lines_.empty() && folder_.kept().empty(); }
  ExitCode code() const { return conflicts_ == 0 ? ExitCode::ok : ExitCode::refused; }

  Json document() const {
    auto document = json_of(upstream_);
    document["results"] = results_;
    document["conflicts"] = conflicts_;
    document["kept"] = folder_.kept().empty() ? Json(nullptr) : Json(folder_.kept().string());
    document["moved"] = moved_;
    return document;
  }

  /// By path, whatever went first.
  void print() {
    std::ranges::stable_sort(lines_, {}, &std::pair<std::string, std::string>::first);
    const auto colon = context_.say(": ", " : ");
    for (const auto& [path, text] : lines_) context_.out() << printable(path) << colon << text << "\n";
    if (folder_.kept().empty()) return;
    const auto kept = context_.say("What was there is in {}\n", "Ce qu'il y avait est dans {}\n");
    context_.out() << fmt::format(fmt::runtime(kept), printable(folder_.kept().filename().string()));
  }

  std::string outlook() const {
    const auto moved = context_.say("Adapted from {} now.\n", "Adapté de {} désormais.\n");
    if (moved_) return fmt::format(fmt::runtime(moved), upstream_.target());
    return fmt::format(fmt::runtime(context_.say("{} to settle: --take or --leave.\n", "{} à régler : --take ou --leave.\n")),
                       counted(upstream_.open_count(), files_counted, context_.language));
  }

 private:
  void add(const std::string& path, std::string_view code, std::string text) {
    results_[path] = code;
    lines_.emplace_back(path, std::move(text));
  }
  void add(const std::string& path, const Taken& taken) {
    conflicts_ += taken.is_conflict();
    add(path, code_of(taken.kind), taken_text(taken, context_));
  }

  const Context& context_;
  Upstream& upstream_;
  WorkingFolder& folder_;
  Json results_ = Json::object();
  std::size_t conflicts_ = 0;
  bool moved_ = false;
  std::vector<std::pair<std::string, std::string>> lines_;  ///< file, and what became of it
};

Result<ExitCode> settle(const Context& context, Upstream& upstream) {
  if (!upstream.is_folder()) return fail(Errc::usage, "kit upstream DIR --take FILE");
  WorkingFolder folder(context.parsed.positionals[0]);
  upstream.sweep(folder);
  if (!upstream.is_newer()) return list(context, upstream);
  Settlement settlement(context, upstream, folder);
  const auto settled = settlement.settle();
  if (!settled && settlement.is_empty()) return tl::unexpected(settled.error());
  if (context.json) {
    auto document = settlement.document();
    // One document, and not a second one for the error.
    if (!settled) document.update(Json::parse(error_json(settled.error(), context.language)));
    context.out() << pretty(document) << "\n";
    return settled ? settlement.code() : exit_code_of(settled.error());
  }
  settlement.print();
  if (!settled) return tl::unexpected(settled.error());
  context.out() << settlement.outlook();
  return settlement.code();
}

}  // namespace

Result<ExitCode> kit_upstream(Context& context) {
  TRY(auto client, Client::connect(context));
  TRY(auto upstream, Upstream::look(context, client));
  const auto& parsed = context.parsed;
  return parsed.has("take") || parsed.has("take-all") || parsed.has("leave") ? settle(context, upstream) : list(context, upstream);
}

}  // namespace essaimage::ctl::verb
