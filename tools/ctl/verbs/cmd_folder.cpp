// kit new, kit check: about a person's folder. They need neither a daemon nor a home.

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <ctime>
#include <istream>
#include <ostream>

#include "proto/counted.hpp"
#include "store/disk/files.hpp"
#include "store/kit/fixes.hpp"
#include "store/kit/folder.hpp"
#include "store/kit/new_manifest.hpp"
#include "tools/ctl/verbs/verbs.hpp"
#include "tools/ctl/words/findings.hpp"

namespace essaimage::ctl::verb {

namespace {

std::vector<PlacedFinding> placed(const kit::Findings& findings) {
  std::vector<PlacedFinding> out;
  for (const auto& finding : findings) out.push_back({"", finding});
  return out;
}

std::string shown(const kit::Fix& fix) {
  const auto folder = fix.folder.empty() ? std::string() : printable(fix.folder) + "/";
  return fmt::format("  {}{}\n    → {}\n", folder, printable(fix.from), printable(fix.to));
}

/// Asks at the terminal; anything but a clear yes is no.
bool confirmed(const Context& context, std::size_t renames) {
  context.err() << fmt::format(fmt::runtime(context.say("Rename {} {}? [y/N] ", "Renommer {} {} ? [o/N] ")), renames,
                               by_number(renames, {{"item", "élément"}, {"items", "éléments"}}, context.language))
                << std::flush;
  std::string answer;
  if (!std::getline(context.io.in, answer)) return false;
  return answer == "y" || answer == "Y" || answer == "yes" || answer == "o" || answer == "O" || answer == "oui";
}

/// Plans, shows, asks, renames. Returns false if nothing was done though something should have
/// been.
Result<bool> mend(const Context& context, const std::filesystem::path& folder, Json& report) {
  TRY(const auto fixes, kit::plan_fixes(folder));
  auto& out = context.json ? context.err() : context.out();
  for (const auto& fix : fixes) out << shown(fix);
  if (fixes.empty()) return true;
  if (!context.parsed.has("yes")) {
    if (!context.io.in_is_terminal) {
      context.err() << context.say("Nothing was renamed: add --yes to do it.\n", "Rien n'a été renommé : ajoutez --yes pour le faire.\n");
      return false;
    }
    if (!confirmed(context, fixes.size())) return false;
  }
  TRY(const auto done, kit::apply_fixes(folder, fixes));
  auto renamed = Json::array();
  for (const auto& fix : done.done) renamed.push_back({{"folder", fix.folder}, {"from", fix.from}, {"to", fix.to}});
  report["renamed"] = std::move(renamed);
  for (const auto& error : done.failed) context.err() << error_text(error, context.language, context.err_style);
  if (!context.json) {
    out << fmt::format(fmt::runtime(context.say("{} renamed. Links inside of documents to the old names are not followed up.\n\n",
                                                "{} {}. Les liens vers les anciens noms, dans les documents, restent à "
                                                "corriger.\n\n")),
                       done.done.size(), by_number(done.done.size(), {{"", "renommé"}, {"", "renommés"}}, context.language));
  }
  return done.failed.empty();
}

void print_check(const Context& context, const kit::FolderCheck& check, bool publishes) {
  auto& out = context.out();
  out << findings_text(placed(check.findings), context.language, context.out_style);
  if (!check.findings.empty()) out << "\n";
  if (check.manifest) {
    out << context.out_style.paint(Colour::bold, printable(check.manifest->title)) << "  " << check.slug << "  "
        << counted(check.scan.files.size(), files_counted, context.language) << ", " << human_bytes(check.scan.bytes, context.language)
        << "\n";
  }
  out << (publishes ? context.out_style.paint(Colour::green, context.say("Ready to publish.", "Prêt à publier."))
                    : context.out_style.paint(Colour::red, context.say("Publishing would be refused.", "La publication serait refusée.")))
      << "\n";
}

}  // namespace

Result<ExitCode> kit_new(Context& context) {
  const std::filesystem::path folder = context.parsed.positionals[0];
  TRY(const auto text, kit::new_manifest(folder, context.language));
  const auto path = folder / kit::manifest_name;
  // Never over a file that is there, nor through a link.
  const store::Fd fd(::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0644));
  if (!fd && errno == EEXIST) return fail(Errc::kit_manifest_exists, path.string());
  if (!fd) return tl::unexpected(kit::system_error(errno, path.string()));
  CHECK_OK(store::write_all(fd.get(), bytes_of(text), path));
  if (context.json) {
    context.out() << pretty({{"file", path.string()}, {"text", text}}) << "\n";
  } else {
    context.out() << path.string() << "\n";
    context.err() << context.say("Complete it with a text editor, then: essaimagectl kit check ",
                                 "Complétez-le avec un éditeur de texte, puis : essaimagectl kit check ")
                  << folder.string() << "\n";
  }
  return ExitCode::ok;
}

Result<ExitCode> kit_check(Context& context) {
  const std::filesystem::path folder = context.parsed.positionals[0];
  kit::CheckOptions options{{std::time(nullptr)}, std::nullopt};
  if (const auto audience = context.parsed.value("audience"); !audience.empty()) {
    const auto parsed = Audience::parse(audience);
    if (!parsed) return fail(Errc::audience_unknown, audience);
    options.audience = *parsed;
  }
  Json report = Json::object();
  bool mended = true;
  if (context.parsed.has("fix")) {
    TRY(mended, mend(context, folder, report));
  }
  TRY(const auto check, kit::check_folder(folder, options));
  const bool publishes = !kit::refuses(check.findings);
  if (context.json) {
    report["folder"] = folder.string();
    report["slug"] = check.slug;
    report["title"] = check.manifest ? check.manifest->title : "";
    report["files"] = check.scan.files.size();
    report["bytes"] = check.scan.bytes;
    report["publishes"] = publishes;
    report["findings"] = findings_json(placed(check.findings), context.language);
    context.out() << pretty(report) << "\n";
  } else {
    print_check(context, check, publishes);
  }
  return publishes && mended ? ExitCode::ok : ExitCode::refused;
}

}  // namespace essaimage::ctl::verb
