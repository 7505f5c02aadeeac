// publish: reads the folders and streams them to the daemon, which may not read people's folders.
// proto/CONTROL.md, "publish", specifies the steps.

#include <fmt/format.h>

#include <ctime>
#include <ostream>
#include <span>

#include "proto/limits.hpp"
#include "store/kit/folder.hpp"
#include "tools/ctl/verbs/verbs.hpp"
#include "tools/ctl/words/findings.hpp"
#include "tools/ctl/words/life_words.hpp"
#include "tools/ctl/words/member_words.hpp"

namespace essaimage::ctl::verb {

namespace {

/// Of files, that wait for their answers at a time.
constexpr std::size_t questions_max = 64;

struct Folder {
  std::filesystem::path path;
  std::filesystem::path place;  ///< absolute, however it was written: "lampe/", ".", "a/.."; empty if that cannot be told
  std::string name;             ///< the folder's own, from which a slug is made where kit.toml has none
  kit::FolderCheck check;
};

std::filesystem::path place_of(const std::filesystem::path& folder) {
  std::error_code error;
  const auto absolute = std::filesystem::canonical(folder, error);
  return error ? std::filesystem::path() : absolute;
}

std::string name_of(const std::filesystem::path& folder, const std::filesystem::path& place) {
  const auto name = (place.empty() ? folder : place).filename().string();
  return name.empty() ? folder.parent_path().filename().string() : name;
}

Result<std::vector<Folder>> check_all(const Context& context) {
  kit::CheckOptions options{{std::time(nullptr)}, std::nullopt};
  if (const auto audience = context.parsed.value("audience"); !audience.empty()) {
    const auto parsed = Audience::parse(audience);
    if (!parsed) return fail(Errc::audience_unknown, audience);
    options.audience = *parsed;
  }
  std::vector<Folder> folders;
  for (const auto& given : context.parsed.positionals) {
    auto check = kit::check_folder(given, options);
    if (!check) {
      auto error = check.error();
      if (!error.detail.starts_with(given)) error.detail = error.detail.empty() ? given : given + ": " + error.detail;
      return tl::unexpected(std::move(error));
    }
    const auto place = place_of(given);
    folders.push_back({given, place, name_of(given, place), std::move(*check)});
  }
  return folders;
}

/// All that the checks found, and whether it stops the publication.
struct Verdict {
  std::vector<PlacedFinding> findings;
  bool refused = false;

  explicit Verdict(const std::vector<Folder>& folders) {
    for (const auto& folder : folders)
      for (const auto& finding : folder.check.findings) {
        refused = refused || finding.severity == kit::Severity::refusal;
        findings.push_back({folders.size() > 1 ? folder.path.string() : std::string(), finding});
      }
  }
};

/// Streams folders to a daemon that is ready for them.
class Upload {
 public:
  Upload(const Context& context, Client& client, const std::vector<Folder>& folders)
      : client_(client), folders_(folders), bar_(context, context.say("publish", "publication")), asks_(!context.parsed.has("full")) {
    for (const auto& folder : folders) total_ += folder.check.scan.bytes;
  }

  ProgressBar& bar() { return bar_; }

  Status run() {
    for (const auto& folder : folders_) CHECK_OK(send_kit(folder));
    return client_.send(Json{{"step", "commit"}});
  }

 private:
  Status send_kit(const Folder& folder) {
    TRY(const auto handle, kit::FolderHandle::open(folder.path));
    Json kit{{"step", "kit"}, {"folder", folder.name}};
    if (!folder.place.empty()) kit["path"] = folder.place.string();
    CHECK_OK(client_.send(kit));
    const std::span<const kit::ScannedFile> files(folder.check.scan.files);
    for (std::size_t at = 0; at < files.size(); at += questions_max)
      CHECK_OK(send_files(handle, files.subspan(at, std::min(questions_max, files.size() - at))));
    return client_.send(Json{{"step", "end-kit"}});
  }

  /// Asks for all of them before the first answer is read, so few that the answers never fill the socket; then sends what is
  /// not known.
  Status send_files(const kit::FolderHandle& handle, std::span<const kit::ScannedFile> files) {
    std::vector<bool> asked(files.size()), known(files.size());
    for (std::size_t i = 0; asks_ && i < files.size(); ++i) {
      const auto state = kit::lasting_state(files[i].state);
      asked[i] = state.has_value();
      if (!state) continue;
      CHECK_OK(
          client_.send(Json{{"step", "known"}, {"path", files[i].path}, {"executable", files[i].state.executable}, {"state", *state}}));
    }
    for (std::size_t i = 0; i < files.size(); ++i) {
      if (!asked[i]) continue;
      TRY(const auto answer, client_.next_item({}));
      known[i] = flag_at(answer, "known");
    }
    for (std::size_t i = 0; i < files.size(); ++i) {
      if (known[i]) done_ += files[i].state.size;
      else CHECK_OK(send_file(handle, files[i]));
    }
    return {};
  }

  /// A file that changes while it is read is taken back and sent again, up to three times in all.
  Status send_file(const kit::FolderHandle& handle, const kit::ScannedFile& file) {
    const auto before = done_;
    CHECK_OK(begin(file.path, file.state));
    const auto again = [&](const kit::FileState& state) -> Status {
      done_ = before;
      CHECK_OK(client_.send(Json{{"step", "abort-file"}}));
      return begin(file.path, state);
    };
    const auto sink = [&](ByteView bytes) -> Status { return send_bytes(file.path, bytes); };
    const auto read = kit::read_steadily(handle, file, again, sink);
    if (!read) return tl::unexpected(read.error());
    return client_.send(control::Data{number_ - 1, {}, true});
  }

  Status begin(const std::string& path, const kit::FileState& state) {
    ++number_;
    Json step{{"step", "file"}, {"path", path}, {"executable", state.executable}, {"bytes", state.size}};
    if (const auto lasting = kit::lasting_state(state)) step["state"] = *lasting;
    return client_.send(step);
  }

  Status send_bytes(const std::string& path, ByteView bytes) {
    while (!bytes.empty()) {
      const auto piece = bytes.first(std::min(bytes.size(), limits::control_data_bytes_max));
      CHECK_OK(client_.send(control::Data{number_ - 1, Bytes(piece.begin(), piece.end()), false}));
      done_ += piece.size();
      bytes = bytes.subspan(piece.size());
      bar_.show({done_, total_, control::Progress::Unit::bytes, path});
    }
    return {};
  }

  Client& client_;
  const std::vector<Folder>& folders_;
  ProgressBar bar_;
  const bool asks_;  ///< whether the daemon knows files: not if all are to be read
  std::uint64_t total_ = 0, done_ = 0;
  std::uint32_t number_ = 0;  ///< files begun, those that were taken back too
};

void print_published(const Context& context, const Json& kits) {
  Table table({{"kit"},
               {"version", Table::Align::right},
               {context.say("audience", "diffusion")},
               {context.say("files", "fichiers"), Table::Align::right},
               {context.say("size", "taille"), Table::Align::right},
               {""}});
  for (const auto& kit : kits) {
    const bool unchanged = flag_at(kit, "unchanged");
    table.add(
        {text_at(kit, "id"),
         std::to_string(number_at(kit, "version")),
         audience_text(text_at(kit, "audience"), context),
         human_number(number_at(kit, "files"), context.language),
         human_bytes(number_at(kit, "bytes"), context.language),
         {(unchanged ? context.say("unchanged", "inchangé") : context.say("published", "publié")) +
              (flag_at(kit, "by_rule") ? context.say(" (by the rule of the mirror)", " (par la règle du projet miroir)") : std::string()),
          unchanged ? Colour::dim : Colour::green}});
  }
  context.out() << table.str(context.out_style);
}

ExitCode refuse(const Context& context, const Verdict& verdict) {
  if (context.json) {
    Json out = Json::parse(error_json({Errc::publish_refused, {}}, context.language), nullptr, false);
    out["findings"] = findings_json(verdict.findings, context.language);
    context.out() << pretty(out) << "\n";
  } else {
    context.err() << findings_text(verdict.findings, context.language, context.err_style)
                  << error_text({Errc::publish_refused, {}}, context.language, context.err_style);
  }
  return ExitCode::refused;
}

}  // namespace

Result<ExitCode> publish(Context& context) {
  TRY(const auto folders, check_all(context));
  const Verdict verdict(folders);
  if (verdict.refused) return refuse(context, verdict);
  if (!context.json) context.err() << findings_text(verdict.findings, context.language, context.err_style, 4);
  Json arguments = Json::object();
  if (const auto audience = context.parsed.value("audience"); !audience.empty()) arguments["audience"] = audience;
  for (const char* const flag : {"offline", "again"})
    if (context.parsed.has(flag)) arguments[flag] = true;
  TRY(auto client, Client::connect(context));
  Upload upload(context, client, folders);
  auto kits = Json::array();
  Client::Handlers handlers;
  handlers.progress = &upload.bar();
  handlers.item = [&](const Json& page) -> Status {
    for (const auto& kit : page) kits.push_back(kit);
    return {};
  };
  CHECK_OK(client.start("publish", arguments));
  CHECK_OK(client.next_item(handlers));
  CHECK_OK(upload.run());
  TRY(const auto reply, client.finish(handlers));
  upload.bar().wipe();
  if (context.json) {
    context.out() << pretty(kits) << "\n";
  } else {
    print_published(context, kits);
    if (const auto told = told_text(reply, context); !told.empty())
      context.err() << fmt::format(fmt::runtime(context.say("warning: it reaches nobody: this centre is {}.\n",
                                                            "attention : cela n'arrive chez personne : ce centre est {}.\n")),
                                   printable(told));
  }
  return ExitCode::ok;
}

}  // namespace essaimage::ctl::verb
