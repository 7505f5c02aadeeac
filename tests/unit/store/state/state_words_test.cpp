// The words of kits in state.sqlite.
#include <set>
#include <unordered_map>

#include "store/search/query.hpp"
#include "store/state/tokenizer.hpp"
#include "tests/support/bytes.hpp"
#include "tests/support/catch.hpp"
#include "tests/unit/store/state/state_home.hpp"

namespace state_words_test {
using namespace essaimage;
using namespace essaimage::store;
using namespace essaimage::store::state_test;

namespace {

std::size_t found(const State& state, const std::string& words) {
  SearchPlan plan;
  plan.match = typed_words(words)->all;
  const auto answer = state.search(plan);
  REQUIRE(answer);
  return answer->hits.size();
}

int execute(const Path& file, const char* statement) {
  sqlite3* handle = nullptr;
  REQUIRE(sqlite3_open(file.c_str(), &handle) == SQLITE_OK);
  REQUIRE(sql::add_tokenizer(handle) == SQLITE_OK);
  const int code = sqlite3_exec(handle, statement, nullptr, nullptr, nullptr);
  sqlite3_close(handle);
  return code;
}

/// A word that stands nowhere else; what of it no form of the index changes is in the middle.
std::string secret(std::uint64_t number) {
  std::string word;
  for (const auto byte : test::noise(18, number)) word += static_cast<char>('a' + byte % 26);
  return word;
}

/// Those of these words that stand in a file of that folder, as it is on the disk.
std::set<std::uint64_t> lie_in(const Path& folder, std::uint64_t count) {
  constexpr std::size_t part = 9;
  std::unordered_map<std::string_view, std::uint64_t> wanted;
  std::vector<std::string> words;
  for (std::uint64_t number = 0; number < count; ++number) words.push_back(secret(number));
  for (std::uint64_t number = 0; number < count; ++number) wanted[std::string_view(words[number]).substr(4, part)] = number;
  std::set<std::uint64_t> found;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    const auto bytes = test::read_text(entry.path());
    std::size_t letters = 0;
    for (std::size_t at = 0; at < bytes.size(); ++at) {
      letters = bytes[at] >= 'a' && bytes[at] <= 'z' ? letters + 1 : 0;
      if (letters < part) continue;
      const auto it = wanted.find(std::string_view(bytes).substr(at + 1 - part, part));
      if (it != wanted.end()) found.insert(it->second);
    }
  }
  return found;
}

}  // namespace

TEST_CASE("what was deleted of the words is in no file any more, however often rows came and went") {
  StateHome home;
  constexpr std::uint64_t kits = 200, each = 4, part = 10;
  const auto slug = [](std::uint64_t number) { return "kit-" + std::to_string(number); };
  const auto row = [&](std::uint64_t number) {
    auto made = kit(region, slug(number));
    made.title = secret(each * number) + " titre";
    made.summary = "résumé " + secret(each * number + 1);
    made.searched.names = "photos/" + secret(each * number + 2) + ".jpg";
    for (std::uint64_t line = 0; line < number % 60; ++line) made.searched.text += "Une ligne comme beaucoup d'autres, de la séance.\n";
    made.searched.text += "écrit par " + secret(each * number + 3);
    return made;
  };
  const auto goes = [](std::uint64_t number) { return number % 5 < 2; };
  std::uint64_t seq = 0;
  // In parts, of which some go again soon, so that pages fill, split and join.
  for (std::uint64_t from = 0; from < kits; from += part) {
    std::vector<KitRow> put;
    std::vector<std::string> removed;
    for (auto number = from; number < from + part; ++number) put.push_back(row(number));
    for (auto number = from; from >= 3 * part && number < from + part; ++number)
      if (goes(number)) removed.push_back(slug(number - 3 * part));
    home.apply(region, ++seq, put, removed);
  }
  std::vector<std::string> removed;
  for (std::uint64_t number = kits - 3 * part; number < kits; ++number)
    if (goes(number)) removed.push_back(slug(number));
  home.apply(region, ++seq, {}, removed);
  std::set<std::uint64_t> gone, all;
  for (std::uint64_t number = 0; number < each * kits; ++number) (goes(number / each) ? gone : all).insert(number);
  const auto before = lie_in(home.folder.path(), each * kits);
  CHECK(std::ranges::any_of(gone, [&](auto number) { return before.contains(number); }));
  REQUIRE(home.state->forget_words());
  CHECK(lie_in(home.folder.path(), each * kits) == all);
}

TEST_CASE("words go and come with the rows of kits, and none of a lost feed stays") {
  StateHome home;
  auto row = kit(region, "lampe");
  row.searched.text = "Une veilleuse solaire";
  home.apply(region, 1, {row, kit(region, "velo")});
  home.apply(other, 1, {kit(other, "autre")});
  CHECK(found(*home.state, "veilleuses") == 1);
  CHECK(found(*home.state, "cafe numérique") == 3);
  row.searched.text = "Une lanterne";
  home.apply(region, 2, {row});
  CHECK(found(*home.state, "veilleuse") == 0);
  CHECK(found(*home.state, "lanterne") == 1);
  home.apply(region, 3, {}, {"velo"});
  CHECK(found(*home.state, "numerique") == 2);
  REQUIRE(home.state->lose_feed(region));
  CHECK(found(*home.state, "numerique") == 1);
  CHECK(home.state->similar_word("lantern")->empty());
  // FTS5's own look at whether its index is that of its texts.
  CHECK(execute(home.file, "INSERT INTO search (search, rank) VALUES ('integrity-check', 1)") == SQLITE_OK);
  home.reopen();
  CHECK_FALSE(home.state->rebuilt());
  CHECK(found(*home.state, "numerique") == 1);
}

TEST_CASE("an index whose words were made by another library is made anew") {
  StateHome home;
  home.apply(region, 1, {kit(region, "lampe")});
  home.state.reset();
  REQUIRE(execute(home.file, "PRAGMA application_id = 1") == SQLITE_OK);
  home.state = State::open(home.file).value();
  CHECK(home.state->rebuilt());
  CHECK_FALSE(home.state->was_lost());
  CHECK(found(*home.state, "numerique") == 0);
}

}  // namespace state_words_test
