// essaimage-fault-driver list | prepare ACT WORLD | act ACT WORLD [--again] | check ACT WORLD [--acknowledged] [--unreadable]
//   act    does the act in WORLD/home, with whatever faults libfaults.so makes: "acknowledged" and exit code 0, or "refused
//          CODE DETAIL" and 3. --again: what was refused then once more in the same process, without faults; 4 if that fails.
//   check  the home opens, verifies clean, and is in the state before or after the act; with --acknowledged: after. Then the act is
//          done (again), and nothing is left behind. "old" or "new" and exit code 0, or what is wrong and 1. --unreadable: the disk
//          refused to read, which is damage: what it refused may have been set aside.
#include <csignal>
#include <cstdio>
#include <cstring>

#include "store/disk/unreadable_pages.hpp"
#include "tests/faults/driver/acts.hpp"

namespace essaimage::faults {
namespace {

struct Flags {
  bool again = false, acknowledged = false, unreadable = false;
};

int say(const char* what, const Error& error, int code) {
  std::printf("%s %s %s\n", what, std::string(describe(error.code, Language::english).code).c_str(), error.detail.c_str());
  return code;
}

/// Opens the home as the daemon does.
Result<LibraryPtr> open_home(const World& world) {
  CHECK_OK(store::finish_making(world.home()));
  return open_library(world.home());
}

Result<bool> do_again(const Act& act, const World& world, LibraryPtr& library) {
  for (int i = 0; library && i < 5 && library->is_behind(); ++i) CHECK_OK(library->catch_up());
  CHECK_OK(act.run(world, library));
  return library ? act.is_done(world, *library) : Result<bool>(true);
}

int do_act(const Act& act, const World& world, bool again) {
  LibraryPtr library;
  if (!act.opens && !act.makes) {
    auto opened = open_home(world);
    if (!opened) return say("not opened", opened.error(), 1);
    library = std::move(*opened);
  }
  arm();
  const auto status = act.run(world, library);
  if (status) mark("acknowledged");
  disarm();
  if (status) std::puts("acknowledged");
  const int code = status ? 0 : say("refused", status.error(), 3);
  if (!again || status) return code;  // what was acknowledged is judged from what is on the disk
  // What is damaged may show at one time and be mended at the next, as the daemon tries every ten seconds.
  for (int rounds = act.damaged ? 4 : 1;; --rounds) {
    const auto done = do_again(act, world, library);
    if (done && *done) return code;
    if (rounds > 1) continue;
    return say("not done again", done ? Error{Errc::internal, "it says that it is done"} : done.error(), 4);
  }
}

/// What a crash may leave until the next start, and nothing after it.
Status nothing_left(const World& world, const Flags& flags) {
  const Path scratch = world.home().scratch();
  const auto planted = store::read_file(world.folder / "damaged", 100);
  for (const auto& entry : std::filesystem::recursive_directory_iterator(world.home().home)) {
    const std::string name = entry.path().filename().string();
    const bool in_scratch = entry.path().string().starts_with(scratch.string() + "/") && !entry.is_directory();
    const bool temporary = name.find("-tmp") != std::string::npos || name.starts_with("pack_git2_") || name.ends_with(".lock") ||
                           name == ".making" || name.ends_with(".suspect");
    const bool aside = !flags.unreadable && entry.path().parent_path() == world.home().damaged();
    const bool rightly = planted && entry.path().stem().string() == text_of(*planted);
    if (in_scratch || temporary) return fail(Errc::internal, "left behind: " + entry.path().string());
    if (aside && !rightly) return fail(Errc::internal, "set aside, and was not damaged: " + entry.path().string());
  }
  return {};
}

Status is_clean(Library& library) {
  TRY(const auto problems, library.verify({}));
  if (problems.empty()) return {};
  return fail(problems.front().error.code, problems.front().where + ": " + problems.front().error.detail);
}

/// Open, clean and done, as the next start finds it.
Status is_level(const Act& act, const World& world) {
  TRY(const auto library, open_home(world));
  CHECK_OK(is_clean(*library));
  TRY(const bool done, act.is_done(world, *library));
  if (!done) return fail(Errc::internal, "it was done, and is not done after the next start");
  return {};
}

int check(const Act& act, const World& world, const Flags& flags) {
  bool is_new = false;
  {
    auto opened = open_home(world);
    const bool absent = act.makes && !opened && opened.error().code == Errc::home_missing;
    if (!opened && !absent) return say("cannot be opened:", opened.error(), 1);
    LibraryPtr library = absent ? LibraryPtr() : std::move(*opened);
    if (library && !act.damaged) {
      if (const auto clean = is_clean(*library); !clean) return say("not clean:", clean.error(), 1);
    }
    const auto done = library ? act.is_done(world, *library) : Result<bool>(false);
    if (!done) return say("neither old nor new:", done.error(), 1);
    is_new = *done;
    if (flags.acknowledged && !is_new) return say("lost:", {Errc::internal, "it was acknowledged"}, 1);
    if (const auto again = act.run(world, library); !again) return say("cannot be done again:", again.error(), 1);
  }
  if (const auto level = is_level(act, world); !level) return say("not level again:", level.error(), 1);
  if (const auto left = nothing_left(world, flags); !left) return say("", left.error(), 1);
  std::puts(is_new ? "new" : "old");
  return 0;
}

int run(int argc, char** argv) {
  const std::string command = argc > 1 ? argv[1] : "";
  if (command == "list") {
    for (const Act& act : acts()) std::puts(act.name);
    return 0;
  }
  const Act* act = nullptr;
  for (const Act& each : acts()) {
    if (argc > 3 && std::strcmp(each.name, argv[2]) == 0) act = &each;
  }
  if (act == nullptr) {
    std::puts(
        "essaimage-fault-driver list | prepare ACT WORLD | act ACT WORLD [--again] | "
        "check ACT WORLD [--acknowledged] [--unreadable]");
    return 2;
  }
  const World world{argv[3]};
  Flags flags;
  for (int i = 4; i < argc; ++i) {
    flags.again = flags.again || std::strcmp(argv[i], "--again") == 0;
    flags.acknowledged = flags.acknowledged || std::strcmp(argv[i], "--acknowledged") == 0;
    flags.unreadable = flags.unreadable || std::strcmp(argv[i], "--unreadable") == 0;
  }
  if (command == "act") return do_act(*act, world, flags.again);
  if (command == "check") return check(*act, world, flags);
  const auto prepared = act->prepare(world);
  return prepared ? 0 : say("not prepared:", prepared.error(), 1);
}

}  // namespace
}  // namespace essaimage::faults

int main(int argc, char** argv) {
  std::signal(SIGXFSZ, SIG_IGN);
  std::signal(SIGPIPE, SIG_IGN);
  essaimage::store::survive_unreadable_pages();
  return essaimage::faults::run(argc, argv);
}
