#include "proto/limits.hpp"
#include "store/kit/pointer.hpp"
#include "store/transfer/zstd.hpp"
#include "tests/hostile/cases.hpp"
#include "tests/support/bytes.hpp"
#include "tests/support/forged_feed.hpp"

namespace essaimage::hostile {
namespace {

using namespace store;
using test::ForgedFeed;

const KitId robot{"mdq-wazemmes", "robot"};
const FeedId region{"mdq-wazemmes", {}};

/// A parcel of frames by hand, that builds on nothing.
struct Frames {
  Bytes bytes{parcel::magic.begin(), parcel::magic.end()};
  Frames() { bytes.resize(parcel::head_bytes); }

  void add(std::size_t content, ByteView packed) {
    parcel::put_u32(bytes, content);
    parcel::put_u32(bytes, packed.size());
    parcel::put_u32(bytes, 0);
    append_bytes(bytes, packed);
  }
};

Bytes object(unsigned type, ByteView content) {
  Bytes bytes;
  pack::put_object_header(bytes, static_cast<ObjectType>(type), content.size());
  append_bytes(bytes, content);
  return bytes;
}

Bytes signed_commit() { return ForgedFeed(region).commit(ObjectId{{1}}); }

/// A feed whose one kit has this tree as its files.
std::vector<Transfer> with_files(const std::function<ObjectId(ForgedFeed&)>& files) {
  ForgedFeed feed(region);
  const ObjectId root = feed.root_with(robot, files(feed));
  Bytes commit = feed.commit(root);
  return {{std::move(commit), feed.parcel()}};
}

std::vector<Transfer> honest() {
  return with_files([](ForgedFeed& feed) {
    return feed.files({{"kit.toml", "kind = \"prototype\"\ntitle = \"Robot\"\nlanguages = [\"fr\"]\n"}, {"README.md", "# Robot\n"}});
  });
}

/// Four frames of 48 MiB each in a few kilobytes.
std::vector<Transfer> bomb() {
  const Bytes commit = signed_commit();
  Compressor compressor;
  Frames frames;
  for (std::uint8_t letter = 'a'; letter < 'e'; ++letter) {
    const Bytes content = object(3, Bytes(limits::object_bytes_max - limits::KiB, letter));
    frames.add(content.size(), compressor.compress(content, commit));
  }
  return {{commit, frames.bytes}};
}

/// As much as may be unfolded of one megabyte.
std::vector<Transfer> bomb_within_the_ratio() {
  const Bytes commit = signed_commit();
  Compressor compressor;
  Frames frames;
  for (std::uint64_t i = 0; frames.bytes.size() < limits::MiB; ++i) {
    Bytes content = test::noise(parcel::frame_bytes * 102 / 100 / limits::pack_inflation_ratio_max, i);
    content.resize(parcel::frame_bytes - limits::KiB, 0);
    content = object(3, content);
    frames.add(content.size(), compressor.compress(content, commit));
  }
  return {{commit, frames.bytes}};
}

std::vector<Transfer> lengths() {
  const Bytes commit = signed_commit();
  std::vector<Transfer> all;
  for (const std::size_t length : {std::size_t{0xFFFF'FFFF}, 49 * limits::MiB, 40 * limits::MiB}) {
    Frames frames;
    frames.add(length, Bytes(10, 1));
    all.push_back({commit, frames.bytes});
  }
  // An object that says to have 2^60 bytes, and a frame of zstd that wants a window of 2 GiB.
  Frames object_length, window;
  object_length.add(9, Bytes{0xBF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x7F});
  window.add(100, Bytes{0x28, 0xB5, 0x2F, 0xFD, 0x00, 0xA8, 0x01, 0x00, 0x00});
  all.push_back({commit, object_length.bytes});
  all.push_back({commit, window.bytes});
  return all;
}

/// By reference and by offset, each against an object before it that it would repeat without end.
std::vector<Transfer> deltas() {
  const Bytes commit = signed_commit();
  std::vector<Transfer> all;
  for (const unsigned type : {6U, 7U}) {
    Frames frames;
    Bytes content = object(3, bytes_of("base"));
    Bytes delta = type == 7 ? Bytes(20, 1) : Bytes{5};
    append_bytes(delta, Bytes{4, 0xFF, 0xFF, 0xFF, 0x7F, 0x90, 4, 0x90, 4});
    append_bytes(content, object(type, delta));
    frames.add(content.size(), content);
    all.push_back({commit, frames.bytes});
  }
  return all;
}

std::vector<Transfer> deep() {
  return with_files([](ForgedFeed& feed) {
    ObjectId at = feed.blob("x");
    std::string mode = "100644";
    for (int level = 0; level < 100'000; ++level) {
      at = feed.tree({{mode, "d", at}});
      mode = "40000";
    }
    return at;
  });
}

/// Ids are hashes, so no tree can hold itself; these go round as nearly as that allows, and each folder is there ten times.
std::vector<Transfer> turning() {
  return with_files([](ForgedFeed& feed) {
    ObjectId a = feed.tree({{"100644", "x", feed.blob("x")}}), b = a;
    for (int level = 0; level < 14; ++level) {
      std::vector<ForgedFeed::Entry> entries;
      for (char name = 'a'; name <= 'j'; ++name) entries.push_back({"40000", std::string(1, name), name % 2 == 0 ? a : b});
      b = a;
      a = feed.tree(entries);
    }
    return a;
  });
}

std::vector<Transfer> itself() {
  std::vector<Transfer> all;
  // What it says to hold is nowhere, is the kit's own text, is a commit.
  for (const int what : {0, 1, 2}) {
    auto one = with_files([&](ForgedFeed& feed) {
      ObjectId id{{9}};
      if (what == 1) id = feed.blob("text");
      if (what == 2) id = object_id(ObjectType::commit, feed.commit(ObjectId{{1}}));
      return feed.tree({{"40000", "files", id}});
    });
    all.push_back(std::move(one[0]));
  }
  return all;
}

std::vector<Transfer> wide() {
  return with_files([](ForgedFeed& feed) {
    const ObjectId blob = feed.blob("x");
    std::vector<ForgedFeed::Entry> entries;
    for (int i = 1'000'000; i < 2'000'000; ++i) entries.push_back({"100644", std::to_string(i), blob});
    return feed.tree(std::move(entries), false);
  });
}

/// As wide as may be, and named by 60,000 folders.
std::vector<Transfer> wide_often() {
  return with_files([](ForgedFeed& feed) {
    const ObjectId blob = feed.blob("x");
    std::vector<ForgedFeed::Entry> entries, folders;
    for (int i = 100'000; i < 160'000; ++i) entries.push_back({"100644", std::to_string(i), blob});
    const ObjectId folder = feed.tree(std::move(entries), false);
    for (int i = 100'000; i < 160'000; ++i) folders.push_back({"40000", std::to_string(i), folder});
    return feed.tree(std::move(folders), false);
  });
}

/// By which programs were made to write into .git, beside the folder, or to act upon an author's file (CVE-2014-9390,
/// 2018-11235, 2019-1348 to 1354, 2021-21300, 2022-24765 and others).
std::vector<Transfer> names() {
  std::vector<Transfer> all;
  const std::string many[] = {".git",
                              ".GIT",
                              ".Git",
                              "git~1",
                              "GIT~1",
                              ".git ",
                              ".git.",
                              ".git...",
                              ".git . .",
                              ".g\xE2\x80\x8Cit",
                              ".gi\xE2\x80\x8Dt",
                              "\xE2\x80\x8E.git",
                              ".git\xEF\xBB\xBF",
                              "\xEF\xBC\x8Egit",
                              ".git::$INDEX_ALLOCATION",
                              ".git:$I30:$INDEX_ALLOCATION",
                              ".git:x",
                              "x:stream",
                              "..",
                              ".",
                              "..\\x",
                              "a\\b",
                              "\\\\host\\share",
                              "C:",
                              "c:\\x",
                              ".gitmodules",
                              ".GitModules",
                              ".gitmodules ",
                              "GITMOD~1",
                              "gi7eba~1",
                              ".gitattributes",
                              "GITATT~1",
                              "%2egit",
                              "%2Egit",
                              "%41",
                              "con",
                              "CON.txt",
                              "aux",
                              "nul .txt",
                              "COM1",
                              "LPT9.log",
                              "CONIN$",
                              "a ",
                              "a.",
                              " a",
                              "a\x01",
                              "a\n",
                              "a\r",
                              "a\x1B[2J",
                              "a\x7F",
                              "photo\xE2\x80\xAEgpj.exe",
                              "\xFF\xFE",
                              "\xED\xA0\x80",
                              "e\xCC\x81",
                              "a\xEF\xBF\xBE",
                              "\xE2\x80\x8B",
                              "",
                              std::string(251, 'n'),
                              "a/b",
                              "/a"};
  for (const std::string& name : many) {
    auto file = with_files([&](ForgedFeed& feed) {
      return feed.tree({{"100644", "kit.toml", feed.blob("kind = \"prototype\"\ntitle = \"T\"\nlanguages = [\"fr\"]\n")},
                        {"100644", name, feed.blob("x")}});
    });
    auto folder = with_files([&](ForgedFeed& feed) {
      return feed.tree({{"100644", "kit.toml", feed.blob("kind = \"prototype\"\ntitle = \"T\"\nlanguages = [\"fr\"]\n")},
                        {"40000", name, feed.tree({{"100644", "config", feed.blob("[core]\n")}})}});
    });
    all.push_back(std::move(file[0]));
    all.push_back(std::move(folder[0]));
  }
  return all;
}

/// A history of 5,000 versions that somebody else signed.
std::vector<Transfer> forged() {
  ForgedFeed feed(region);
  const ObjectId root = feed.files(test::root_files());
  Commit commit;
  commit.tree = root;
  commit.federation = test::test_federation();
  commit.feed = region;
  Bytes raw;
  for (std::uint64_t seq = 1; seq <= 5'000; ++seq) {
    commit.order = {1, 1, seq};
    raw = sign_commit(commit, test::secret_of("somebody-else"));
    commit.parent = feed.add(ObjectType::commit, raw);
  }
  return {{raw, feed.parcel()}};
}

/// Objects that nothing names: the feed is one text, the parcel 200,000.
std::vector<Transfer> ballast() {
  ForgedFeed feed(region);
  const ObjectId root = feed.files(test::root_files());
  for (int i = 0; i < 200'000; ++i) feed.blob(std::to_string(i));
  Bytes commit = feed.commit(root);
  return {{std::move(commit), feed.parcel()}};
}

std::vector<Transfer> endless() { return {{signed_commit(), test::noise(64 * limits::MiB, 1)}}; }

std::vector<Transfer> manifests() {
  std::vector<Transfer> all;
  const std::string start = "kind = \"prototype\"\ntitle = \"T\"\n";
  std::string keys = start, dotted = start;
  for (int i = 0; keys.size() < limits::manifest_bytes_max - 100; ++i) keys += "[k" + std::to_string(i) + "]\n";
  keys += "kind = 1\n[[k0]]\n";
  while (dotted.size() < limits::manifest_bytes_max - 10) dotted += "a.";
  const std::string brackets = start + "x = " + std::string(limits::manifest_bytes_max - 100, '[');
  for (const std::string& text : {brackets, keys, dotted + "a = 1\n", std::string(250'000, '#')}) {
    auto one = with_files([&](ForgedFeed& feed) { return feed.files({{"kit.toml", text}}); });
    all.push_back(std::move(one[0]));
  }
  return all;
}

}  // namespace

std::vector<Case> parcel_cases() {
  return {{"an honest kit, accepted", honest, {}, true},
          {"192 MiB in a few kilobytes", bomb},
          {"as much as 1 MiB may unfold to", bomb_within_the_ratio},
          {"lengths that are not true", lengths},
          {"deltas, also of deltas", deltas},
          {"folders 100,000 deep", deep},
          {"folders that hold each other, 10^14 files", turning},
          {"a folder that holds what is none", itself},
          {"a folder of 1,000,000 entries", wide},
          {"60,000 folders of 60,000 entries", wide_often},
          {"names that git or a system acts upon", names},
          {"5,000 versions signed by somebody else", forged},
          {"200,000 objects that nothing names", ballast},
          {"64 MiB of noise", endless},
          {"kit.toml of brackets, keys, dots", manifests}};
}

}  // namespace essaimage::hostile
