#include "tests/faults/driver/withdraw_acts.hpp"

#include "store/crypto/hash.hpp"
#include "store/git/object_db.hpp"
#include "store/withdrawal/withdrawals.hpp"

namespace essaimage::faults {
namespace {

const KitId table{"deule", "table"};
const std::string said = "écrit par une personne\n";

KitFiles table_of(int version) {
  return kit_of("Table", version == 1 ? said : "sans nom\n", {{"moi.bin", media_of(20'000, static_cast<std::uint64_t>(version))}});
}

Result<Region> make_published(const World& world, const std::string& home) {
  TRY(auto region, make_region(world, home));
  for (int version : {1, 2}) CHECK_OK(publish(*region.author, "table", table_of(version)));
  CHECK_OK(publish(*region.author, "autre", kit_of("Autre", "reste\n")));
  return region;
}

Result<std::size_t> receipts(const Library& library) {
  TRY(const auto views, library.withdrawals().find({table, "deule", {}}));
  if (views.size() > 1) return fail(Errc::corrupt, "withdrawn twice");
  return views.empty() ? 0 : views.front().signed_by.count(library.identity().slug);
}

/// Until it is signed: what cannot be read at a time is looked for again, as the daemon does; what passed for lost for a while, and no
/// peer brings, is found at the next start.
Status settle(const World& world, LibraryPtr& library) {
  for (int i = 0; i < 5; ++i) {
    TRY([[maybe_unused]] const bool more, library->withdrawals().settle(true));
    TRY(const auto is_signed, receipts(*library));
    if (is_signed > 0) return {};
    for (int look = 0; look < 5 && library->is_behind(); ++look) CHECK_OK(library->catch_up());
    if (i != 2) continue;
    library.reset();
    TRY(library, open_library(world.home()));
  }
  return fail(Errc::object_missing, "not erased yet");
}

Result<std::size_t> traces(const World& world, const Library& library) {
  std::size_t count = library.media().all().size();
  TRY(const auto objects, store::ObjectDb::open(world.home().library() / "objects"));
  count += objects->contains(store::object_id(store::ObjectType::blob, bytes_of(said)));
  return count;
}

}  // namespace

Status prepare_to_withdraw(const World& world) {
  TRY(const Region region, make_published(world, "deule"));
  return {};
}

Status withdraw(const World& world, LibraryPtr& library) {
  if (!library) {
    TRY(library, open_library(world.home()));
  }
  if (library->kit(table)) CHECK_OK(library->withdrawals().withdraw({table, {}, "le consentement est retiré", false, false}));
  return settle(world, library);
}

/// The kit is whole, or gone; what is left of it goes when somebody looks, and nothing is signed before.
Result<bool> is_withdrawn(const World& world, Library& library) {
  TRY(const bool others, has_kit(library, "deule/autre", 1, kit_of("Autre", "reste\n")));
  if (!others) return fail(Errc::corrupt, "another kit is gone");
  TRY(const auto left, traces(world, library));
  TRY(const auto is_signed, receipts(library));
  if (is_signed > 0 && left > 0) return fail(Errc::corrupt, "signed before it was done");
  if (!library.kit(table)) return is_signed > 0;
  TRY(const bool whole, has_kit(library, table.str(), 2, table_of(2)));
  return whole ? Result<bool>(false) : Result<bool>(fail(Errc::corrupt, "neither there nor gone"));
}

Status prepare_to_erase(const World& world) {
  TRY(const Region region, make_published(world, "lys"));
  CHECK_OK(fetch_feed(*region.author, *region.reader, feed_of(*region.author)));
  CHECK_OK(fetch_media(*region.author, *region.reader));
  CHECK_OK(region.author->withdrawals().withdraw({table, {}, "le consentement est retiré", false, false}));
  return fetch_feed(*region.author, *region.reader, feed_of(*region.author));
}

Status erase(const World& world, LibraryPtr& library) {
  if (!library) {
    TRY(library, open_library(world.home()));
  }
  return settle(world, library);
}

Result<bool> is_erased(const World& world, Library& library) {
  TRY(const bool others, has_kit(library, "deule/autre", 1, kit_of("Autre", "reste\n")));
  if (!others) return fail(Errc::corrupt, "another kit is gone");
  TRY(const auto left, traces(world, library));
  TRY(const auto is_signed, receipts(library));
  if (is_signed > 0 && left > 0) return fail(Errc::corrupt, "signed before it was done");
  return is_signed > 0;
}

}  // namespace essaimage::faults
