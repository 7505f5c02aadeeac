#include "tests/faults/driver/acts.hpp"

#include <algorithm>
#include <fstream>
#include <set>

#include "store/disk/files.hpp"
#include "store/federation/invitation.hpp"
#include "tests/faults/driver/federation_acts.hpp"
#include "tests/faults/driver/fork_acts.hpp"
#include "tests/faults/driver/withdraw_acts.hpp"
#include "tests/support/bytes.hpp"

namespace essaimage::faults {
namespace {

const std::string lamp_id = "deule/lampe";

/// A text, a media file of some chunks, and two small ones: those come into their places together.
KitFiles lamp_of(int version) {
  const auto seed = static_cast<std::uint64_t>(version);
  return kit_of("Lampe", "Version " + std::to_string(version) + "\n",
                {{"film.bin", media_of(60'000, seed)}, {"vue.jpg", media_of(3'000, seed + 10)}, {"plan.jpg", media_of(2'000, 7)}});
}

std::set<Path> packs_of(const Layout& layout) {
  std::set<Path> packs;
  for (const auto& entry : std::filesystem::directory_iterator(layout.packs())) {
    if (entry.path().extension() == ".pack") packs.insert(entry.path());
  }
  return packs;
}

Status write_text(const Path& path, const std::string& text) {
  std::ofstream(path, std::ios::binary | std::ios::trunc) << text;
  return {};
}

Result<std::string> read_text(const Path& path) {
  TRY(const auto bytes, store::read_file(path, 1 << 20));
  return std::string(text_of(bytes));
}

// --- publishing

Status prepare_author(const World& world) {
  TRY(const Region region, make_region(world, "deule"));
  return publish(*region.author, "table", kit_of("Table", "rien d'autre\n"));
}
Status publish_first(const World&, LibraryPtr& library) { return publish(*library, "lampe", lamp_of(1)); }
Result<bool> has_first(const World&, Library& library) { return has_kit(library, lamp_id, 1, lamp_of(1)); }

Status prepare_second(const World& world) {
  TRY(const Region region, make_region(world, "deule"));
  return publish(*region.author, "lampe", lamp_of(1));
}
Status publish_second(const World&, LibraryPtr& library) { return publish(*library, "lampe", lamp_of(2)); }
Result<bool> has_second(const World&, Library& library) {
  TRY(const bool first, has_kit(library, lamp_id, 1, lamp_of(1)));
  if (!first) return fail(Errc::corrupt, lamp_id + ": its first version is not whole");
  return has_kit(library, lamp_id, 2, lamp_of(2));
}

// --- receiving

Status prepare_news(const World& world) {
  TRY(const Region region, make_region(world, "lys"));
  CHECK_OK(publish(*region.author, "lampe", lamp_of(1)));
  CHECK_OK(fetch_feed(*region.author, *region.reader, feed_of(*region.author)));
  CHECK_OK(fetch_media(*region.author, *region.reader));
  return publish(*region.author, "lampe", lamp_of(2));
}
Status receive_feed(const World& world, LibraryPtr& library) {
  TRY(const auto author, open_library(world.other("deule")));
  return fetch_feed(*author, *library, feed_of(*author));
}
Result<bool> knows_second(const World&, Library& library) {
  TRY(const auto kits, library.kits());
  if (kits.size() != 1 || kits.front().row.id.str() != lamp_id) return fail(Errc::corrupt, lamp_id + ": not known any more");
  CHECK_OK(has_kit(library, lamp_id, 1, lamp_of(1)));
  CHECK_OK(has_kit(library, lamp_id, kits.front().row.version, lamp_of(static_cast<int>(kits.front().row.version))));
  return kits.front().row.version == 2;
}

Status prepare_media(const World& world) {
  CHECK_OK(prepare_news(world));
  TRY(auto reader, open_library(world.home()));
  return receive_feed(world, reader);
}
Result<bool> holds_second(const World&, Library& library) { return has_kit(library, lamp_id, 2, lamp_of(2)); }
/// What finds no room is no need, until there is room for it.
Status receive_media(const World& world, LibraryPtr& library) {
  TRY(const auto author, open_library(world.other("deule")));
  CHECK_OK(library->check_room());
  CHECK_OK(fetch_media(*author, *library));
  if (library->is_behind()) CHECK_OK(library->catch_up());
  TRY(const bool done, holds_second(world, *library));
  return done ? Status{} : fail(Errc::disk_full, "media wait for room");
}

// --- upkeep

constexpr std::size_t small_packs = 5;

Status prepare_packs(const World& world) {
  TRY(const Region region, make_region(world, "deule"));
  CHECK_OK(publish(*region.author, "lampe", lamp_of(1)));
  for (std::size_t i = 0; i < small_packs; ++i) {
    CHECK_OK(publish(*region.author, "table" + std::to_string(i), kit_of("Table", "numéro " + std::to_string(i) + "\n")));
  }
  return {};
}
Status consolidate(const World&, LibraryPtr& library) { return library->consolidate(); }
Result<bool> is_consolidated(const World& world, Library& library) {
  TRY(const bool whole, has_kit(library, lamp_id, 1, lamp_of(1)));
  if (!whole) return fail(Errc::corrupt, lamp_id);
  for (std::size_t i = 0; i < small_packs; ++i) {
    const std::string name = std::to_string(i);
    TRY(const bool there, has_kit(library, "deule/table" + name, 1, kit_of("Table", "numéro " + name + "\n")));
    if (!there) return fail(Errc::corrupt, "deule/table" + name);
  }
  return packs_of(world.home()).size() <= small_packs;
}

Status prepare_held(const World& world) {
  TRY(const Region region, make_region(world, "lys"));
  CHECK_OK(publish(*region.author, "lampe", lamp_of(1)));
  CHECK_OK(fetch_feed(*region.author, *region.reader, feed_of(*region.author)));
  return fetch_media(*region.author, *region.reader);
}
Status drop(const World&, LibraryPtr& library) { return library->choose(*KitId::parse(lamp_id), store::KitChoice::Kind::dropped); }
Result<bool> is_dropped(const World&, Library& library) {
  TRY(const bool whole, has_kit(library, lamp_id, 1, lamp_of(1)));
  TRY(const auto kit, library.kit(*KitId::parse(lamp_id)));
  const bool dropped = kit.choice.kind == store::KitChoice::Kind::dropped;
  if (!dropped && !whole) return fail(Errc::corrupt, lamp_id + ": its media are gone, and nobody dropped it");
  if (dropped && kit.media_here > 0) return fail(Errc::corrupt, lamp_id + ": dropped, and its media are here");
  return dropped;
}

/// A crash came between packs and their indexes, and left what was on its way. One pack is larger than what is swept.
Status prepare_crashed(const World& world) {
  CHECK_OK(prepare_second(world));
  {
    TRY(auto author, open_library(world.home()));
    CHECK_OK(publish(*author, "table", kit_of("Table", to_hex(test::noise(60'000, 5)))));
  }
  for (const Path& pack : packs_of(world.home())) {
    Path index = pack;
    std::filesystem::remove(index.replace_extension(".idx"));
  }
  const Path library = world.home().library();
  for (const Path& file : {library / "packed-refs.1-0.essaimage-tmp", world.home().packs() / "pack_git2_abcdef",
                           world.home().allowed_signers().parent_path() / "allowed_signers.1-1.essaimage-tmp",
                           world.home().forks() / "deule+region.fork.1-2.essaimage-tmp",
                           world.home().home / "state.sqlite.suspect.1-3.essaimage-tmp", world.home().scratch() / "1-0"})
    CHECK_OK(write_text(file, "half of what was to be written"));
  return {};
}
Status open_again(const World& world, LibraryPtr& library) {
  if (library) return {};
  TRY(library, open_library(world.home()));
  return {};
}

/// A bit of a text flipped on the disk of whoever has it from others.
Status prepare_damage(const World& world) {
  TRY(Region region, make_region(world, "lys"));
  CHECK_OK(publish(*region.author, "lampe", lamp_of(1)));
  const auto before = packs_of(world.home());
  CHECK_OK(fetch_feed(*region.author, *region.reader, feed_of(*region.author)));
  CHECK_OK(fetch_media(*region.author, *region.reader));
  region.reader.reset();
  for (const Path& pack : packs_of(world.home())) {
    if (before.contains(pack)) continue;
    TRY(auto text, read_text(pack));
    text[text.size() / 2] = static_cast<char>(text[text.size() / 2] ^ 0x55);
    std::filesystem::permissions(pack, std::filesystem::perms::owner_all);
    CHECK_OK(write_text(pack, text));
    CHECK_OK(write_text(world.folder / "damaged", pack.stem().string()));
  }
  return {};
}
Result<bool> is_mended(const World&, Library& library) {
  TRY(const auto problems, library.verify({}));
  if (!problems.empty()) return false;
  return has_kit(library, lamp_id, 1, lamp_of(1));
}
Status mend(const World& world, LibraryPtr& library) {
  TRY(const auto author, open_library(world.other("deule")));
  if (!library) {
    TRY(library, open_library(world.home()));
  }
  CHECK_OK(library->verify({}));
  for (int i = 0; i < 20 && library->is_behind(); ++i) CHECK_OK(library->catch_up());
  if (!library->roster()) {  // its head could not be read: peers bring the federation's word again
    TRY(const auto federation, open_library(world.other("fed")));
    CHECK_OK(fetch_feed(*federation, *library, feed_of(*federation), true));
  }
  const auto fetched = fetch_feed(*author, *library, feed_of(*author), true);
  if (!fetched && fetched.error().code != Errc::conflict) return fetched;  // conflict: nothing lacks any more
  CHECK_OK(fetch_media(*author, *library));                                // what the disk cannot read is lost, too
  for (int i = 0; i < 20 && library->is_behind(); ++i) CHECK_OK(library->catch_up());
  const auto said = library->problems();
  TRY(const bool done, is_mended(world, *library));
  if (done) return {};
  // What kept it from being mended was noted, and stands among what was damaged.
  const auto why = std::ranges::find_if(said, [](const auto& problem) { return problem.error.code != Errc::corrupt; });
  return why == said.end() ? fail(Errc::corrupt, "not yet mended") : tl::unexpected(why->error);
}

// --- the federation

Status prepare_federation(const World& world) {
  TRY(const Region region, make_region(world, "fed"));
  CHECK_OK(publish(*region.author, "lampe", lamp_of(1)));
  return fetch_feed(*region.author, *region.federation, feed_of(*region.author));
}
Status decide(const World& world, LibraryPtr& library) {
  (void)world;
  if (const auto catalogue = library->catalogue(); catalogue && catalogue->lists(*KitId::parse(lamp_id))) return {};
  CHECK_OK(library->accept({*KitId::parse(lamp_id), {}, "essayé", {"énergie"}}));
  return {};
}
Result<bool> is_decided(const World&, Library& library) {
  const auto catalogue = library.catalogue();
  return catalogue && catalogue->lists(*KitId::parse(lamp_id));
}

Status prepare_newcomer(const World& world) {
  TRY(const Region region, make_region(world, "fed"));
  TRY(const auto invitation, invite(*region.federation, "scarpe"));
  CHECK_OK(create_joining_home(world.other("scarpe"), invitation, ""));
  return write_text(world.folder / "invitation", to_text(invitation));
}
Status admit(const World& world, LibraryPtr& library) {
  TRY(const auto text, read_text(world.folder / "invitation"));
  TRY(const auto invitation, store::parse_invitation(text));
  TRY(const auto newcomer, open_library(world.other("scarpe")));
  if (library->roster()->find("scarpe") != nullptr) return {};
  return library->admit(make_join(invitation, newcomer->signing().public_key(), newcomer->transport().public_key()));
}
Result<bool> is_admitted(const World&, Library& library) { return library.roster() && library.roster()->find("scarpe") != nullptr; }

Status adopt(const World&, LibraryPtr& library) {
  CHECK_OK(library->adopt(*KitId::parse(lamp_id), "chaque mardi"));
  return {};
}
Result<bool> is_adopted(const World&, Library& library) {
  TRY(const auto adoptions, library.adoptions(*KitId::parse(lamp_id)));
  return adoptions.size() == 1;
}

Result<std::size_t> outcomes_here(const Library& library) {
  TRY(const auto rows, library.outcomes({*KitId::parse(lamp_id), library.identity().slug, {}, std::nullopt, 0}));
  return rows.size();
}
/// Whoever was cut off looks first whether it is said: a report that is told twice would be two.
Status report(const World&, LibraryPtr& library) {
  TRY(const auto before, outcomes_here(*library));
  if (before > 0) return {};
  store::OutcomeFacts facts;
  facts.worked = "le montage";
  CHECK_OK(library->report({*KitId::parse(lamp_id), {}, facts, false}));
  return {};
}
Result<bool> is_reported(const World&, Library& library) {
  TRY(const auto count, outcomes_here(library));
  if (count > 1) return fail(Errc::corrupt, "reported twice");
  return count == 1;
}

// --- making a home

Status prepare_nothing(const World&) { return {}; }
/// As who asked for a home does: what was cut off goes on, and one that is there already is there.
Status made(Status status) { return !status && status.error().code == Errc::home_exists ? Status{} : status; }
Status make_new_federation(const World& world, LibraryPtr&) {
  return made(store::create_federation_home(world.home(), {"Fed", "fed", {}}, "", Timestamp{1}).map([](const auto&) {}));
}
Status prepare_invited(const World& world) {
  TRY(const auto federation, make_federation(world.other("fed")));
  TRY(const auto invitation, invite(*federation, "scarpe"));
  return write_text(world.folder / "invitation", to_text(invitation));
}
Status join(const World& world, LibraryPtr&) {
  TRY(const auto text, read_text(world.folder / "invitation"));
  TRY(const auto invitation, store::parse_invitation(text));
  return made(store::create_joining_home(world.home(), invitation, "").map([](const auto&) {}));
}
Result<bool> is_home(const World& world, Library& library) {
  TRY(const auto identity, store::load_identity(world.home()));
  return identity.slug == library.identity().slug;
}

const Act all_acts[] = {
    {"publish", prepare_author, publish_first, has_first},
    {"publish-again", prepare_second, publish_second, has_second},
    {"receive", prepare_news, receive_feed, knows_second},
    {"media", prepare_media, receive_media, holds_second},
    {"consolidate", prepare_packs, consolidate, is_consolidated},
    {"drop", prepare_held, drop, is_dropped},
    {"adopt", prepare_held, adopt, is_adopted},
    {"report", prepare_held, report, is_reported},
    {"open", prepare_crashed, open_again, has_first, true},
    {"mend", prepare_damage, mend, is_mended, true, true},
    {"decide", prepare_federation, decide, is_decided},
    {"admit", prepare_newcomer, admit, is_admitted},
    {"create", prepare_nothing, make_new_federation, is_home, false, false, true},
    {"join", prepare_invited, join, is_home, false, false, true},
    {"freeze", prepare_fork, freeze, is_frozen},
    {"resolve", prepare_to_resolve, resolve, is_resolved},
    {"follow-resolved", prepare_resolved, follow, is_resolved},
    {"withdraw", prepare_to_withdraw, withdraw, is_withdrawn},
    {"erase", prepare_to_erase, erase, is_erased},
    {"pass-on", prepare_to_pass_on, pass_on, is_passed_on},
    {"end-of-mirror", prepare_end_of_mirror, hear_the_federation, has_left_mirror},
    {"succession", prepare_succession, hear_the_federation, has_left_old_key},
};

}  // namespace

std::span<const Act> acts() { return all_acts; }

}  // namespace essaimage::faults
