#include "tests/faults/driver/fork_acts.hpp"

namespace essaimage::faults {
namespace {

const FeedId forking{"deule", {}};
const std::string malle_id = "deule/malle";

/// Author and reader hold one side, the clone the other; the reader also the media.
struct Forked : Region {
  LibraryPtr clone;
};
Result<Forked> make_forked(const World& world, const std::string& home) {
  Forked forked;
  TRY(static_cast<Region&>(forked), make_region(world, home));
  CHECK_OK(publish(*forked.author, "malle", kit_with_film("Malle", 1)));
  forked.author.reset();
  const auto author = world.place("deule", home);
  std::filesystem::copy(author.home, world.other("clone").home, std::filesystem::copy_options::recursive);
  TRY(forked.author, open_library(author));
  TRY(forked.clone, open_library(world.other("clone"), 1));
  for (const auto* side : {&forked.author, &forked.clone}) CHECK_OK(publish(**side, "malle", kit_with_film("Malle", 2)));
  CHECK_OK(fetch_feed(*forked.author, *forked.reader, forking));
  CHECK_OK(fetch_media(*forked.author, *forked.reader));
  return forked;
}

Status hear_of_it(const Library& clone, Library& library) {
  const auto head = head_of(clone, forking);
  TRY(const auto claimed, clone.commit_of(*head));
  return library.keep_fork(forking, {}, claimed);
}

}  // namespace

Status prepare_fork(const World& world) {
  TRY([[maybe_unused]] const auto forked, make_forked(world, "lys"));
  return {};
}

Status freeze(const World& world, LibraryPtr& library) {
  TRY(const auto clone, open_library(world.other("clone"), 1));
  return hear_of_it(*clone, *library);
}

Result<bool> is_frozen(const World&, Library& library) {
  TRY(const auto frozen, library.frozen());
  if (frozen.empty()) return false;
  const bool proven = frozen.front().first && frozen.front().second;
  if (!proven) return fail(Errc::corrupt, frozen.front().feed.str() + ": frozen without its proof");
  return true;
}

Status prepare_to_resolve(const World& world) {
  TRY(const auto forked, make_forked(world, "deule"));
  return hear_of_it(*forked.clone, *forked.author);
}

Status resolve(const World&, LibraryPtr& library) {
  return library->resolve_forks().map([](const auto&) {});
}

Status prepare_resolved(const World& world) {
  TRY(auto forked, make_forked(world, "lys"));
  for (const auto* library : {&forked.author, &forked.reader}) CHECK_OK(hear_of_it(*forked.clone, **library));
  return resolve(world, forked.author);
}

Status follow(const World& world, LibraryPtr& library) {
  TRY(const auto author, open_library(world.other("deule")));
  return fetch_feed(*author, *library, forking);
}

/// Freed and in the new epoch, or neither; what was published is there at any time.
Result<bool> is_resolved(const World& world, Library& library) {
  const auto head = head_of(library, forking);
  if (!head) return fail(Errc::corrupt, forking.str() + ": not held any more");
  TRY(const bool frozen, is_frozen(world, library));
  TRY(const bool whole, has_kit(library, malle_id, 2, kit_with_film("Malle", 2)));
  if (!whole) return fail(Errc::corrupt, malle_id + ": its second version is not whole");
  if (frozen == (head->order.epoch == 2)) return fail(Errc::corrupt, head->order.str() + (frozen ? ", and frozen" : ", and not frozen"));
  return !frozen;
}

}  // namespace essaimage::faults
