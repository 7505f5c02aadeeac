#include "store/holding/policy.hpp"

#include "tests/support/catch.hpp"

namespace policy_test {
using namespace essaimage;
using namespace essaimage::store;

namespace {

Roster roster() {
  Roster roster;
  roster.federation_slug = "fed";
  for (const auto& [slug, territories] :
       std::map<std::string, std::set<std::string>>{{"fed", {}}, {"a", {"lille"}}, {"b", {"lille", "roubaix"}}, {"c", {"valenciennes"}}}) {
    Member member;
    member.slug = slug;
    member.territories = territories;
    member.keys.emplace_back();
    roster.members[slug] = member;
  }
  return roster;
}

KitFacts kit() { return {false, true, 3, "prototype", {"santé", "droits"}, false, false}; }

HoldReason judged(const HoldPolicy& policy, KitChoice choice = {}, const KitFacts& facts = kit(), std::uint64_t bytes = 100) {
  return judge(facts, bytes, policy, choice);
}

}  // namespace

TEST_CASE("without a policy and a choice everything is held") {
  CHECK(judged({}) == HoldReason::policy);
  CHECK(HoldPolicy{}.takes_all());
}

TEST_CASE("a policy leaves out kits by territory, kind and theme, and files by size") {
  HoldPolicy policy;
  policy.media = HoldPolicy::Media::none;
  CHECK(judged(policy) == HoldReason::policy_none);
  policy.media = HoldPolicy::Media::territory;
  CHECK(judged(policy) == HoldReason::policy);
  auto far = kit();
  far.near = false;
  CHECK(judged(policy, {}, far) == HoldReason::elsewhere);
  policy = {};
  policy.kinds = {"method"};
  CHECK(judged(policy) == HoldReason::kind);
  policy.kinds = {"method", "prototype"};
  policy.themes = {"logement"};
  CHECK(judged(policy) == HoldReason::theme);
  policy.themes = {"logement", "droits"};
  CHECK(judged(policy) == HoldReason::policy);
  policy.file_bytes_max = 100;
  CHECK(judged(policy) == HoldReason::policy);
  CHECK(judged(policy, {}, kit(), 101) == HoldReason::file_size);
  CHECK_FALSE(policy.takes_all());
}

TEST_CASE("a policy follows the catalogue, or adoptions") {
  HoldPolicy policy;
  policy.media = HoldPolicy::Media::catalogue;
  auto facts = kit();
  facts.adopted = true;
  CHECK(judged(policy, {}, facts) == HoldReason::not_in_catalogue);
  facts.accepted = true;
  CHECK(judged(policy, {}, facts) == HoldReason::policy);
  policy.media = HoldPolicy::Media::adopted;
  CHECK(judged(policy, {}, facts) == HoldReason::policy);
  facts.adopted = false;
  CHECK(judged(policy, {}, facts) == HoldReason::not_adopted);
  CHECK(judged(policy, {KitChoice::Kind::pinned, 1}, facts) == HoldReason::pinned);
  facts.own = true;
  CHECK(judged(policy, {}, facts) == HoldReason::own);
  CHECK_FALSE(policy.takes_all());
  CHECK(str(HoldReason::not_in_catalogue) == "not-in-catalogue");
  CHECK(str(HoldReason::not_adopted) == "not-adopted");
  CHECK(str(HoldReason::disk) == "disk");
  CHECK(str(HoldPolicy::Media::adopted) == "adopted");
}

TEST_CASE("a theme is the same in capitals and without its accents") {
  HoldPolicy policy;
  policy.themes = {"Santé"};
  KitFacts kit;
  for (const std::string theme : {"santé", "SANTE", "Santé"}) {
    kit.themes = {theme};
    CHECK(judge(kit, 1, policy, {}) == HoldReason::policy);
  }
  kit.themes = {"santés"};
  CHECK(judge(kit, 1, policy, {}) == HoldReason::theme);
}

TEST_CASE("a choice goes before the policy, and a centre's own kits before both") {
  HoldPolicy none;
  none.media = HoldPolicy::Media::none;
  using Kind = KitChoice::Kind;
  CHECK(judged(none, {Kind::pinned, 1}) == HoldReason::pinned);
  CHECK(judged(none, {Kind::fetched, 3}) == HoldReason::fetched);
  CHECK(judged(none, {Kind::fetched, 2}) == HoldReason::policy_none);  // of an earlier version
  CHECK(judged({}, {Kind::fetched, 2}) == HoldReason::policy);
  CHECK(judged({}, {Kind::dropped, 1}) == HoldReason::dropped);
  auto own = kit();
  own.own = true;
  CHECK(judged(none, {Kind::dropped, 3}, own) == HoldReason::own);
}

TEST_CASE("near are the kits of our territories' feeds, of authors who share one, and the federation's") {
  const auto all = roster();
  const Audience lille{Audience::Kind::territory, "lille"}, mirror{Audience::Kind::mirror, "nord"};
  CHECK(is_near(all, "a", {"b", {}}));
  CHECK_FALSE(is_near(all, "a", {"c", {}}));
  CHECK(is_near(all, "a", {"c", mirror}));
  CHECK(is_near(all, "a", {"b", lille}));
  CHECK(is_near(all, "a", {"fed", {}}));
  CHECK(is_near(all, "fed", {"c", {}}));
  CHECK_FALSE(is_near(all, "a", {"stranger", {}}));
}

TEST_CASE("every reason and choice has a word of its own") {
  std::set<std::string_view> words;
  for (int i = 0; i <= static_cast<int>(HoldReason::disk); ++i) words.insert(str(static_cast<HoldReason>(i)));
  CHECK(words.size() == static_cast<std::size_t>(HoldReason::disk) + 1);
  for (const auto kind : {KitChoice::Kind::none, KitChoice::Kind::pinned, KitChoice::Kind::fetched, KitChoice::Kind::dropped})
    CHECK(choice_from(str(kind)) == kind);
  CHECK_FALSE(choice_from("kept"));
  CHECK(is_wanted(HoldReason::policy));
  CHECK_FALSE(is_wanted(HoldReason::dropped));
  CHECK_FALSE(is_wanted(HoldReason::quota));
  CHECK(waits_for_room(HoldReason::quota));
  CHECK_FALSE(waits_for_room(HoldReason::file_size));
}

}  // namespace policy_test
