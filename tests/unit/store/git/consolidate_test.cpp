#include "store/git/consolidate.hpp"

#include <algorithm>
#include <atomic>
#include <fstream>
#include <mutex>
#include <thread>

#include "store/git/repository.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/run.hpp"
#include "tests/support/test_feed.hpp"

namespace consolidate_test {
using namespace essaimage;
using namespace essaimage::store;
using essaimage::test::TestLibrary;
using essaimage::test::write_text;

namespace {

using Contents = std::map<ObjectId, std::string>;

/// A pack of `count` texts that no other pack has, unless it has the same name.
Contents add_pack(TestLibrary& library, const std::string& name, int count = 3) {
  Contents contents;
  const auto writer = library.writer();
  for (int i = 0; i < count; ++i) {
    const std::string text = name + " " + std::to_string(i) + "\n";
    contents[writer->add(ObjectType::blob, bytes_of(text)).value()] = text;
  }
  REQUIRE(writer->finish_into(library.layout().packs()));
  return contents;
}

std::size_t consolidate(TestLibrary& library) {
  auto consolidation = Consolidation::prepare(library.layout());
  REQUIRE(consolidation);
  REQUIRE(consolidation->damaged().empty());
  const auto merged = consolidation->merged();
  REQUIRE(consolidation->finish(library.objects()));
  return merged;
}

std::vector<Path> packs_of(const TestLibrary& library) {
  std::vector<Path> packs;
  for (const auto& item : std::filesystem::directory_iterator(library.layout().packs())) {
    if (item.path().extension() == ".pack") packs.push_back(item.path());
  }
  std::ranges::sort(packs, {}, [](const Path& pack) { return std::filesystem::file_size(pack); });
  return packs;
}

bool all_here(const ObjectDb& objects, const Contents& contents) {
  return std::ranges::all_of(contents, [&](const auto& item) {
    const auto object = objects.read(item.first);
    return object && text_of(object->content) == item.second;
  });
}

void check_with_git(const TestLibrary& library) {
  const bool indexed = std::filesystem::exists(library.layout().packs() / "multi-pack-index");
  CHECK(indexed == (packs_of(library).size() > 1));
  if (indexed) CHECK(test::git(library.layout().library(), {"multi-pack-index", "verify"}).exit_code == 0);
  const auto fsck = test::git(library.layout().library(), {"fsck", "--full", "--strict", "--no-dangling"});
  CHECK(fsck.exit_code == 0);
  CHECK(fsck.output.find("error") == std::string::npos);
}

std::size_t open_files() { return static_cast<std::size_t>(std::distance(std::filesystem::directory_iterator("/proc/self/fd"), {})); }

}  // namespace

TEST_CASE("after many small packs there are few, and nothing is lost") {
  TestLibrary library;
  Contents all;
  std::size_t packs_max = 0;
  for (int i = 0; i < 300; ++i) {
    all.merge(add_pack(library, "pack " + std::to_string(i)));
    REQUIRE(library.objects().reload());
    if (i % 16 == 15) consolidate(library);
    packs_max = std::max(packs_max, packs_of(library).size());
  }
  CHECK(packs_max <= 16 + 9);  // 300 packs are less than 2^9
  consolidate(library);
  CHECK(packs_of(library).size() <= 9);
  CHECK(all_here(library.objects(), all));
  CHECK(std::filesystem::is_empty(library.layout().scratch() / "quarantine"));
  check_with_git(library);
}

TEST_CASE("a library with no pack, or one, needs no multi-pack index, and git finds nothing wrong") {
  TestLibrary library;
  CHECK(consolidate(library) == 0);
  check_with_git(library);
  const Contents all = add_pack(library, "one");
  CHECK(consolidate(library) == 0);
  CHECK(all_here(library.objects(), all));
  check_with_git(library);
}

TEST_CASE("a large pack is left alone until the small ones have grown to its size") {
  TestLibrary library;
  Contents all = add_pack(library, "large", 2'000);
  const Path large = packs_of(library).back();
  for (int i = 0; i < 4; ++i) all.merge(add_pack(library, "small " + std::to_string(i)));
  CHECK(consolidate(library) == 4);
  REQUIRE(packs_of(library).size() == 2);
  CHECK(packs_of(library).back() == large);
  CHECK(consolidate(library) == 0);  // the tiers hold
  CHECK(packs_of(library).size() == 2);

  all.merge(add_pack(library, "as large", 2'100));
  CHECK(consolidate(library) == 3);
  CHECK(packs_of(library).size() == 1);
  CHECK(all_here(library.objects(), all));
  check_with_git(library);
}

TEST_CASE("packs that hold the same objects become one that holds them once") {
  TestLibrary library;
  const Contents some = add_pack(library, "same", 10);
  Contents all = add_pack(library, "same", 40);
  CHECK(consolidate(library) == 0);  // 40 are more than twice 10
  all.merge(add_pack(library, "same", 41));
  consolidate(library);
  REQUIRE(packs_of(library).size() == 1);
  CHECK(all_here(library.objects(), all));
  CHECK(all_here(library.objects(), some));
  check_with_git(library);
}

TEST_CASE("who reads meanwhile misses nothing, and no descriptor is left behind") {
  TestLibrary library;
  Contents all;
  std::mutex mutex;
  std::vector<ObjectId> newest;  // of packs that nobody has opened yet
  std::atomic<bool> stop{false};
  std::atomic<int> missed{0}, read{0};
  std::thread reader([&] {
    while (!stop) {
      ObjectId id;
      {
        const std::lock_guard lock(mutex);
        if (newest.empty()) continue;
        id = newest.back();
        newest.pop_back();
      }
      if (!library.objects().read(id)) ++missed;
      ++read;
    }
  });
  std::size_t descriptors = 0;
  constexpr int rounds = 30, packs_a_round = 24;
  for (int round = 0; round < rounds; ++round) {
    std::vector<ObjectId> ids;
    for (int i = 0; i < packs_a_round; ++i) {
      const Contents added = add_pack(library, std::to_string(round) + "/" + std::to_string(i), 1);
      ids.push_back(added.begin()->first);
      all.insert(added.begin(), added.end());
    }
    REQUIRE(library.objects().reload());
    auto consolidation = Consolidation::prepare(library.layout());
    REQUIRE(consolidation);
    {
      const std::lock_guard lock(mutex);
      newest = std::move(ids);
    }
    REQUIRE(consolidation->finish(library.objects()));
    if (round == rounds / 2) descriptors = open_files();
  }
  stop = true;
  reader.join();
  CHECK(missed == 0);
  CHECK(read > rounds);
  CHECK(open_files() <= descriptors + 10);
  CHECK(all_here(library.objects(), all));
}

TEST_CASE("a damaged pack is named and left alone; the others are merged without it") {
  TestLibrary library;
  const Contents damaged = add_pack(library, "damaged");
  const Path pack = packs_of(library).front();
  std::filesystem::permissions(pack, std::filesystem::perms(0600));
  std::fstream file(pack, std::ios::in | std::ios::out | std::ios::binary);
  file.seekp(16);
  file.write("\xff\xff", 2);
  file.close();
  Contents all = add_pack(library, "one");
  all.merge(add_pack(library, "two"));
  all.merge(add_pack(library, "three"));

  auto consolidation = Consolidation::prepare(library.layout());
  REQUIRE(consolidation);
  CHECK(consolidation->damaged() == std::vector{pack});
  CHECK(consolidation->merged() == 3);
  REQUIRE(consolidation->finish(library.objects()));
  CHECK(packs_of(library).size() == 2);
  CHECK(std::filesystem::exists(pack));
  CHECK(all_here(library.objects(), all));
}

TEST_CASE("a pack of very regular texts is merged as any other") {
  TestLibrary library;
  Contents contents;
  const auto writer = library.writer();
  for (int i = 0; i < 120; ++i) {
    const std::string text = std::to_string(i) + std::string(262'000, 'a');
    contents[writer->add(ObjectType::blob, bytes_of(text)).value()] = text;
  }
  REQUIRE(writer->finish_into(library.layout().packs()));
  for (const std::string name : {"one", "two", "three"}) contents.merge(add_pack(library, name, 500));
  CHECK(consolidate(library) == 4);
  CHECK(packs_of(library).size() == 1);
  CHECK(all_here(library.objects(), contents));
}

TEST_CASE("packs that come while others are being merged stay and are found") {
  TestLibrary library;
  Contents all = add_pack(library, "one");
  all.merge(add_pack(library, "two"));
  all.merge(add_pack(library, "three"));
  auto consolidation = Consolidation::prepare(library.layout());
  REQUIRE(consolidation);
  all.merge(add_pack(library, "meanwhile"));
  REQUIRE(library.objects().reload());
  REQUIRE(consolidation->finish(library.objects()));
  CHECK(packs_of(library).size() == 2);
  CHECK(all_here(library.objects(), all));
  check_with_git(library);
}

TEST_CASE("a consolidation that was given up leaves everything as it was") {
  TestLibrary library;
  Contents all = add_pack(library, "one");
  all.merge(add_pack(library, "two"));
  all.merge(add_pack(library, "three"));
  const auto before = packs_of(library);
  REQUIRE(Consolidation::prepare(library.layout()));
  CHECK(packs_of(library) == before);
  REQUIRE(library.objects().reload());
  CHECK(all_here(library.objects(), all));
}

TEST_CASE("a multi-pack index that names a pack which is gone hides nothing after a start") {
  TestLibrary library;
  Contents all = add_pack(library, "one");
  all.merge(add_pack(library, "two"));
  all.merge(add_pack(library, "three"));
  consolidate(library);
  all.merge(add_pack(library, "more", 40));
  consolidate(library);
  REQUIRE(packs_of(library).size() == 2);
  const Path index = library.layout().packs() / "multi-pack-index";
  REQUIRE(std::filesystem::exists(index));
  std::filesystem::copy_file(index, library.layout().packs() / "kept");
  all.merge(add_pack(library, "as many", 40));
  consolidate(library);
  REQUIRE(packs_of(library).size() == 1);
  std::filesystem::rename(library.layout().packs() / "kept", index);  // as an old backup of this one file would

  REQUIRE(sweep_repository(library.layout()));
  CHECK_FALSE(std::filesystem::exists(index));
  REQUIRE(library.objects().reload());
  CHECK(all_here(library.objects(), all));
}

}  // namespace consolidate_test
