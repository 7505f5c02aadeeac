#include "store/search/library_search.hpp"

#include <algorithm>
#include <map>

#include "proto/limits.hpp"
#include "store/library/library_impl.hpp"
#include "store/life/life.hpp"
#include "store/search/words.hpp"

namespace essaimage::store {
namespace {

KitFilter folded(KitFilter filter) {
  for (std::string* text : {&filter.theme, &filter.equipment, &filter.licence, &filter.language}) *text = fold_text(*text);
  return filter;
}

/// Of its centres, or told to it alone.
bool is_of_territory(const Roster* roster, const std::string& territory, const KitId& kit, const Audience& audience) {
  if (audience.kind == Audience::Kind::territory && audience.slug == territory) return true;
  const Member* centre = roster == nullptr ? nullptr : roster->find(kit.centre);
  return centre != nullptr && centre->territories.contains(territory);
}

}  // namespace

Result<KitsFound> LibrarySearch::find(const KitQuery& query) const {
  TRY(const auto typed, typed_words(query.words));
  const bool filters = !query.filter.is_empty() || !query.territory.empty() || query.catalogue;
  if (typed.words.empty() && !filters) return fail(Errc::search_empty, query.words);
  const auto now = library_.picture();
  const auto catalogue = library_.catalogue();
  SearchPlan plan;
  plan.filter = folded(query.filter);
  plan.limit = std::clamp<std::size_t>(query.limit, 1, limits::search_hits_max);
  std::optional<Stages> stages;
  if (!query.filter.stage.empty()) {
    TRY(stages, library_.stages());
  }
  plan.accepts = [&](const KitId& kit, const Audience& audience, const std::string& claimed_stage) {
    if (stages && str(stages->of(kit, claimed_stage)) != query.filter.stage) return false;
    if (!query.territory.empty() && !is_of_territory(now->roster.get(), query.territory, kit, audience)) return false;
    return !query.catalogue || (catalogue && catalogue->lists(kit));
  };
  plan.match = typed.all;
  TRY(auto found, library_.state_->search(plan));
  const bool any_word = found.hits.empty() && typed.words.size() > 1;
  if (any_word) {
    plan.match = typed.any;
    TRY(found, library_.state_->search(plan));
  }
  TRY(auto answer, summaries(std::move(found)));
  answer.any_word = any_word && !answer.hits.empty();
  if (!answer.hits.empty()) return answer;
  for (const auto& word : typed.words) {
    TRY(auto known, library_.state_->similar_word(word));
    if (!known.empty()) answer.instead.push_back({word, std::move(known)});
  }
  return answer;
}

Result<KitsFound> LibrarySearch::summaries(SearchFound found) const {
  KitsFound answer;
  answer.more = found.more;
  for (auto& hit : found.hits) {
    auto kit = library_.kit(hit.kit);
    if (!kit && kit.error().code == Errc::not_found) continue;  // it went meanwhile
    if (!kit) return tl::unexpected(kit.error());
    answer.hits.push_back({std::move(*kit), std::move(hit.title), std::move(hit.snippet)});
  }
  return answer;
}

}  // namespace essaimage::store
