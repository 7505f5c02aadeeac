#pragma once
// Deadlines and a search that hold what a test puts in, for libraries that are no libraries.

#include <algorithm>
#include <map>

#include "store/deadlines.hpp"
#include "store/search.hpp"

namespace essaimage::test {

class FakeDeadlines : public store::Deadlines {
 public:
  std::map<KitId, Timestamp> by_kit;
  Timestamp now{1'772'000'000};

  Status set(const KitId& kit, Timestamp by) override {
    if (by <= now) return fail(Errc::deadline_past, to_utc(by));
    by_kit[kit] = by;
    return {};
  }
  Status forget(const KitId& kit) override { return by_kit.erase(kit) > 0 ? Status{} : Status(fail(Errc::deadline_none, kit.str())); }
  std::vector<store::Deadline> all() const override {
    std::vector<store::Deadline> list;
    for (const auto& [kit, by] : by_kit) list.push_back({kit, by});
    std::ranges::stable_sort(list, {}, &store::Deadline::by);
    return list;
  }
  std::optional<Timestamp> of(const KitId& kit) const override {
    const auto it = by_kit.find(kit);
    return it == by_kit.end() ? std::nullopt : std::optional(it->second);
  }
  Result<std::vector<store::Deadline>> end_past() override {
    auto list = all();
    std::erase_if(list, [&](const auto& each) { return each.by > now; });
    for (const auto& each : list) by_kit.erase(each.kit);
    return list;
  }
  bool is_empty() const override { return by_kit.empty(); }
};

class FakeSearch : public store::KitSearch {
 public:
  store::KitsFound answer;
  mutable store::KitQuery asked;

  Result<store::KitsFound> find(const store::KitQuery& query) const override {
    asked = query;
    if (query.words.empty() && query.filter.is_empty()) return fail(Errc::search_empty, "");
    return answer;
  }
};

}  // namespace essaimage::test
