#include "tests/faults/driver/federation_acts.hpp"

#include <algorithm>

#include "store/curation.hpp"
#include "store/federation/invitation.hpp"
#include "store/mirrors.hpp"

namespace essaimage::faults {
namespace {

const KitId lamp_kit{"deule", "lampe"};
const Audience lille{Audience::Kind::territory, "lille"}, mirror{Audience::Kind::mirror, "numerique"};

/// The federation holds the first version, the reader the second one.
Status hand_out(const Region& region, const Audience& audience) {
  const FeedId feed{"deule", audience};
  CHECK_OK(fetch_feed(*region.federation, *region.author, feed_of(*region.federation)));
  CHECK_OK(fetch_feed(*region.federation, *region.reader, feed_of(*region.federation)));
  CHECK_OK(publish(*region.author, "lampe", kit_with_film("Lampe", 1), audience));
  CHECK_OK(fetch_feed(*region.author, *region.federation, feed));
  CHECK_OK(publish(*region.author, "lampe", kit_with_film("Lampe", 2), audience));
  CHECK_OK(fetch_feed(*region.author, *region.reader, feed));
  return fetch_media(*region.author, *region.reader);
}

/// The word and what follows from it become visible in one step: both or neither.
Result<bool> fell_back(const Library& library, const FeedId& feed, bool heard) {
  const auto head = head_of(library, feed);
  if (!head) return fail(Errc::corrupt, feed.str() + ": not held any more");
  if (head->order.seq != (heard ? 1 : 2)) return fail(Errc::corrupt, feed.str() + ": " + head->order.str() + " is held");
  return heard;
}

}  // namespace

Status prepare_to_pass_on(const World& world) {
  TRY(const Region region, make_region(world, "deule", "valenciennes"));
  CHECK_OK(publish(*region.author, "lampe", kit_with_film("Lampe", 1), lille));
  CHECK_OK(region.author->curation().propose({lamp_kit, {}, store::Proposal::To::region, "prêt"}));
  CHECK_OK(fetch_feed(*region.author, *region.federation, {"deule", lille}));
  CHECK_OK(region.federation->accept({lamp_kit, {}, "bon"}));
  return fetch_feed(*region.federation, *region.author, feed_of(*region.federation));
}

Result<bool> is_passed_on(const World&, Library& library) {
  TRY(const auto kit, library.kit(lamp_kit));
  TRY(const bool whole, has_kit(library, lamp_kit.str(), 1, kit_with_film("Lampe", 1)));
  if (!whole || kit.row.version != 1) return fail(Errc::corrupt, lamp_kit.str());
  return std::ranges::find(kit.audiences, Audience{}) != kit.audiences.end();
}

/// What was cut off goes on by itself, with the next look. What could not be done is told as a problem, and keeps the rest from nothing.
Status pass_on(const World& world, LibraryPtr& library) {
  TRY(const auto passed, library->curation().follow_decisions());
  if (!passed.empty()) return {};
  TRY(const bool before, is_passed_on(world, *library));
  if (before) return {};
  const auto problems = library->problems();
  return problems.empty() ? fail(Errc::internal, "not passed on, and nobody is told why") : tl::unexpected(problems.back().error);
}

Status prepare_end_of_mirror(const World& world) {
  TRY(const Region region, make_region(world, "lys", "valenciennes"));
  CHECK_OK(region.federation->mirrors().begin({mirror.slug, "Numérique", {"lille", "valenciennes"}}, nullptr));
  CHECK_OK(hand_out(region, mirror));
  CHECK_OK(region.federation->mirrors().end(mirror.slug, "le projet est fini", nullptr));
  return {};
}

Status prepare_succession(const World& world) {
  TRY(const Region region, make_region(world, "lys", "valenciennes"));
  CHECK_OK(hand_out(region, {}));
  TRY(const auto invitation, region.federation->invite({"deule", "", {}, std::chrono::hours(1), "tcp://127.0.0.1:7373", true}));
  CHECK_OK(create_joining_home(world.other("next"), invitation, ""));
  TRY(const auto next, open_library(world.other("next")));
  return region.federation->admit(make_join(invitation, next->signing().public_key(), next->transport().public_key()));
}

Status hear_the_federation(const World& world, LibraryPtr& library) {
  TRY(const auto federation, open_library(world.other("fed")));
  return fetch_feed(*federation, *library, feed_of(*federation));
}

Result<bool> has_left_mirror(const World&, Library& library) {
  if (!library.roster()) return fail(Errc::corrupt, "no word of the federation");
  const FeedId feed{"deule", mirror};
  const bool heard = !library.roster()->mirrors.contains(mirror.slug);
  const auto head = head_of(library, feed);
  if (!heard && (!head || head->order.seq != 2)) return fail(Errc::corrupt, feed.str() + ": it is not held any more");
  if (heard && head) return fail(Errc::corrupt, feed.str() + ": it is held still");
  return heard;
}

Result<bool> has_left_old_key(const World&, Library& library) {
  if (!library.roster()) return fail(Errc::corrupt, "no word of the federation");
  return fell_back(library, {"deule", {}}, library.roster()->find("deule")->keys.size() == 2);
}

}  // namespace essaimage::faults
