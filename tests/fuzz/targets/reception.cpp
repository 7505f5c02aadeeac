// What an author may sign into a feed: any trees with any names, in a parcel that is well-formed and signed. And parcels whose
// bytes were changed on the way.

#include "proto/limits.hpp"
#include "store/feed/receive.hpp"
#include "store/kit/names.hpp"
#include "tests/fuzz/target.hpp"
#include "tests/support/forged_feed.hpp"

namespace essaimage::fuzz::reception_target {
namespace {

using namespace store;
using test::Files;

const KitId robot{"mdq-wazemmes", "robot"};
const FeedId region{"mdq-wazemmes", {}};

struct Received {
  std::unique_ptr<IncomingParcel> incoming;
  IndexedPack pack;
};

/// The node that receives; nothing that is refused or judged stays in it.
struct Receiver {
  test::TestLibrary library;
  Roster roster = test::roster_of({"federation", "mdq-wazemmes"});
  std::optional<Head> held;

  Result<Received> receive(ByteView commit, ByteView parcel) {
    TRY(auto incoming, IncomingParcel::create(library.layout()));
    CHECK_OK(incoming->append(parcel));
    TRY(auto indexed, index_pack(*incoming, region, commit, library.objects()));
    const ReceiveContext context{roster, held, {}, false, {}};
    TRY(const auto checked, check_pack(indexed, region, commit, context));
    ESSAIMAGE_ASSERT(checked.head.commit == object_id(ObjectType::commit, commit));
    const auto parsed = parse_commit(commit);
    ESSAIMAGE_ASSERT(parsed && signature_holds(*parsed) && parsed->key == test::secret_of(region.centre).public_key());
    return Received{std::move(incoming), std::move(indexed)};
  }
};

/// Told apart from the rules under test: nothing that was accepted is what an attacker of git would write.
void check_accepted(const ObjectDb& objects, const ObjectId& id, const std::string& path) {
  const auto tree = objects.read_tree(id);
  ESSAIMAGE_ASSERT(tree && tree->size() <= limits::tree_entries_max && path.size() < 600);
  for (const TreeEntry& entry : *tree) {
    for (const char c : entry.name) ESSAIMAGE_ASSERT(static_cast<unsigned char>(c) >= 0x20 && c != '/' && c != '\\' && c != ':');
    std::string lower = entry.name;
    std::ranges::transform(lower, lower.begin(), [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
    ESSAIMAGE_ASSERT(lower != ".git" && lower != ".gitmodules" && lower != "git~1" && lower != "." && lower != "..");
    const bool generated = path.empty() || path == test::kit_path(robot);
    ESSAIMAGE_ASSERT(lower != ".gitattributes" || generated);
    if (entry.mode == TreeEntry::Mode::tree) check_accepted(objects, entry.id, path + entry.name + "/");
  }
}

/// A folder that may hold anything.
struct Folder {
  std::map<std::string, std::pair<std::string, std::string>> files;  ///< name: mode, content
  std::map<std::string, Folder> folders;

  void put(const std::string& path, const std::string& mode, std::string content) {
    const auto slash = path.find('/');
    if (slash == std::string::npos) files[path] = {mode, std::move(content)};
    else folders[path.substr(0, slash)].put(path.substr(slash + 1), mode, std::move(content));
  }
  ObjectId write(test::ForgedFeed& feed, bool sorted) const {
    std::vector<test::ForgedFeed::Entry> entries;
    for (const auto& [name, file] : files) entries.push_back({file.first, name, feed.blob(file.second)});
    for (const auto& [name, folder] : folders) entries.push_back({"40000", name, folder.write(feed, sorted)});
    return feed.tree(std::move(entries), sorted);
  }
};

const char* const modes[] = {"100644", "100644", "100755", "120000", "160000", "40000", "100664", "0100644"};

/// Additions to a feed that is accepted without them, each: a byte for mode and place, the length of its path, the path (without
/// NUL), two bytes of length, the content. An addition with the high bit takes away.
bool run(ByteView bytes) {
  static Receiver receiver;
  Files files = test::feed_with(robot, 1, {}, {{"photo.jpg", std::string("\0jpg", 4)}});
  Folder root;
  Choices choices(bytes);
  const bool sorted = choices.below(8) != 7;
  struct Addition {
    std::string path, mode, content;
  };
  std::vector<Addition> additions;
  while (!choices.empty() && additions.size() < 32) {
    const std::uint8_t kind = choices.byte();
    const std::string places[] = {"", test::kit_path(robot), test::kit_path(robot) + "files/", test::kit_path(robot) + "files/"};
    std::string path = places[kind >> 3 & 3] + std::string(text_of(choices.bytes(choices.byte())));
    std::erase(path, '\0');
    std::string content(text_of(choices.bytes(choices.u16())));
    if (kind & 0x80) files.erase(path);
    else additions.push_back({std::move(path), modes[kind & 7], std::move(content)});
  }
  for (const auto& [path, text] : files) root.put(path, "100644", text);
  for (Addition& addition : additions) root.put(addition.path, addition.mode, std::move(addition.content));
  test::ForgedFeed feed(region);
  const Bytes commit = feed.commit(root.write(feed, sorted));
  const auto accepted = receiver.receive(commit, feed.parcel());
  if (!accepted) return false;
  check_accepted(*accepted->pack.objects, parse_commit(commit)->tree, "");
  return true;
}

Bytes addition(std::uint8_t kind, const std::string& path, const std::string& content) {
  Bytes bytes{0, kind, static_cast<std::uint8_t>(path.size())};
  append_bytes(bytes, bytes_of(path));
  bytes.push_back(static_cast<std::uint8_t>(content.size() >> 8));
  bytes.push_back(static_cast<std::uint8_t>(content.size()));
  append_bytes(bytes, bytes_of(content));
  return bytes;
}

std::vector<Seed> seeds() {
  constexpr std::uint8_t in_kit = 1 << 3, in_files = 2 << 3, symlink = 3, submodule = 4, folder = 5;
  return {seed("valid-nothing", Bytes()),
          seed("valid-file", addition(in_files, "Photos d'été/guide.md", "# Guide\n")),
          seed("valid-executable", addition(in_files | 2, "tools/run", "#!/bin/sh\n")),
          seed("valid-centre", addition(0, "centre.toml", "name = \"MDQ Wazemmes\"\n")),
          seed("hostile-git", addition(in_files, ".git/config", "[core]\n")),
          seed("hostile-git-ntfs", addition(in_files, "GIT~1/config", "[core]\n")),
          seed("hostile-git-hfs", addition(in_files, ".g\xE2\x80\x8Cit/config", "[core]\n")),
          seed("hostile-stream", addition(in_files, ".git::$INDEX_ALLOCATION/config", "[core]\n")),
          seed("hostile-backslash", addition(in_files, "a\\..\\..\\b", "x")),
          seed("hostile-up", addition(in_files, "../../../x", "x")),
          seed("hostile-twins",
               [] {
                 Bytes two = addition(in_files, "A/x", "x");
                 append_bytes(two, ByteView(addition(in_files, "a/x", "x")).subspan(1));
                 return two;
               }()),
          seed("hostile-symlink", addition(in_files | symlink, "link", "/etc/passwd")),
          seed("hostile-submodule", addition(in_files | submodule, "sub", "x")),
          seed("hostile-folder-that-is-a-blob", addition(in_files | folder, "sub", "x")),
          seed("hostile-gitmodules", addition(0, ".gitmodules", "[submodule]\n")),
          seed("hostile-attributes", addition(in_kit, ".gitattributes", "* filter=x\n")),
          seed("hostile-lfsconfig", addition(0, ".lfsconfig", "[lfs]\n\turl = https://example.org\n")),
          seed("hostile-foreign-kit", addition(0, "kits/00/other/entry.toml", "x")),
          seed("hostile-no-entry", addition(0x80 | in_kit, "entry.toml", "")),
          seed("hostile-order", Bytes{7})};
}

/// Whose first version is held, and the parcel of the second.
struct Step {
  Receiver receiver;
  Bytes first, second, whole, step;

  Step() {
    test::TestLibrary author;
    const std::string prose(2'000, 'p');
    const Head one = author.commit(region, test::feed_with(robot, 1, {{"guide.md", prose}}));
    first = author.raw(one.commit);
    whole = parcel(author, one.commit, {});
    const Head two = author.commit(region, test::feed_with(robot, 2, {{"guide.md", prose + "# more\n"}}));
    second = author.raw(two.commit);
    step = parcel(author, two.commit, one.commit);
    auto arrived = receiver.receive(first, whole);
    ESSAIMAGE_ASSERT(arrived && move_in(arrived->pack, receiver.library.layout()) && receiver.library.objects().reload());
    receiver.held = one;
  }
  static Bytes parcel(const test::TestLibrary& author, const ObjectId& head, const ObjectId& have) {
    const auto file = export_parcel(author.objects(), author.layout().scratch(), head, have, have);
    const std::string text = test::read_text(file.value());
    std::filesystem::remove(*file);
    return {text.begin(), text.end()};
  }
};

Step& the_step() {
  static Step step;
  return step;
}

bool run_parcel(ByteView bytes) { return the_step().receiver.receive(the_step().second, bytes).has_value(); }

std::vector<Seed> parcel_seeds() {
  const Bytes& good = the_step().step;
  Bytes length = good;
  std::fill_n(length.begin() + parcel::head_bytes, 4, std::uint8_t{0xFF});
  return {seed("valid-step", good), seed("hostile-whole-of-the-first", the_step().whole), seed("hostile-length", length),
          seed("hostile-cut-off", ByteView(good).first(good.size() - 1))};
}

const Registered trees{{"reception", run, seeds, 60}};
const Registered parcels{{"parcel", run_parcel, parcel_seeds, 150}};

}  // namespace
}  // namespace essaimage::fuzz::reception_target
