// The words of kits in state.sqlite.
#include "store/search/query.hpp"
#include "store/state/tokenizer.hpp"
#include "tests/support/catch.hpp"
#include "tests/unit/store/state/state_home.hpp"

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

}  // namespace

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
