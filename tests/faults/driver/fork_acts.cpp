#include "tests/faults/driver/fork_acts.hpp"

namespace essaimage::faults {
namespace {

const FeedId forking{"deule", {}};
const std::string malle_id = "deule/malle";

KitFiles malle_of(int version) {
  const std::string text = "Version " + std::to_string(version) + "\n";
  return kit_of("Malle", text, {{"film.bin", media_of(20'000, static_cast<std::uint64_t>(version))}});
}

/// Author and reader hold one side, the clone the other; the reader also the media.
struct Forked {
  LibraryPtr federation, author, reader, clone;
};
Result<Forked> make_forked(const World& world, const std::string& home) {
  const auto place = [&](const std::string& name) { return name == home ? world.home() : world.other(name); };
  Forked forked;
  TRY(forked.federation, make_federation(place("fed")));
  TRY(forked.author, make_member(*forked.federation, place("deule"), "deule"));
  TRY(forked.reader, make_member(*forked.federation, place("lys"), "lys"));
  CHECK_OK(fetch_feed(*forked.federation, *forked.author, feed_of(*forked.federation)));
  CHECK_OK(publish(*forked.author, "malle", malle_of(1)));
  forked.author.reset();
  std::filesystem::copy(place("deule").home, world.other("clone").home, std::filesystem::copy_options::recursive);
  TRY(forked.author, open_library(place("deule")));
  TRY(forked.clone, open_library(world.other("clone"), 1));
  for (const auto* side : {&forked.author, &forked.clone}) CHECK_OK(publish(**side, "malle", malle_of(2)));
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
  TRY(const bool whole, has_kit(library, malle_id, 2, malle_of(2)));
  if (!whole) return fail(Errc::corrupt, malle_id + ": its second version is not whole");
  if (frozen == (head->order.epoch == 2)) return fail(Errc::corrupt, head->order.str() + (frozen ? ", and frozen" : ", and not frozen"));
  return !frozen;
}

}  // namespace essaimage::faults
