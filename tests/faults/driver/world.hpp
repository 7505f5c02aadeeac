#pragma once
// Libraries in the folders of one world, that exchange parcels and runs of chunks without a network: what the acts of the fault
// driver are made of. Errors are told, never thrown: a fault may be in any of them. One thread.

#include <map>
#include <memory>
#include <optional>
#include <string>

#include "store/library.hpp"

namespace essaimage::faults {

using store::Layout;
using store::Library;
using store::Path;
using LibraryPtr = std::unique_ptr<Library>;

/// The files of a kit by path, with its kit.toml.
using KitFiles = std::map<std::string, std::string>;
KitFiles kit_of(const std::string& title, const std::string& text, std::map<std::string, std::string> more = {});
/// A text and a film, which are others in each version.
KitFiles kit_with_film(const std::string& title, int version);
/// A media file: bytes that cannot be compressed, others for each seed.
std::string media_of(std::size_t bytes, std::uint64_t seed);

/// One folder with homes in it. `home` is the one to which the faults happen; the others are beside it.
struct World {
  Path folder;
  Layout home() const { return {folder / "home"}; }
  Layout other(const std::string& name) const { return {folder / name}; }
  /// Where the library of that name lies in a world in which `home_of` has the home.
  Layout place(const std::string& name, const std::string& home_of) const { return name == home_of ? home() : other(name); }
};

/// Time stands still; `later` seconds after the beginning of the world.
Result<LibraryPtr> open_library(const Layout& layout, std::int64_t later = 0);
Result<LibraryPtr> make_federation(const Layout& layout);
/// Invited, admitted, and with the federation's feed.
Result<LibraryPtr> make_member(Library& federation, const Layout& layout, const std::string& slug, const std::string& territory = "lille");
Result<store::Invitation> invite(Library& federation, const std::string& slug, const std::string& territory = "lille");

/// The federation "fed" with the members "deule" of Lille, which publishes, and "lys", which reads.
struct Region {
  LibraryPtr federation, author, reader;
};
/// Each lies beside the home, but the one that is `home`. The author knows of both members.
Result<Region> make_region(const World& world, const std::string& home, const std::string& territory_of_reader = "lille");

Status publish(Library& library, const std::string& folder, const KitFiles& files, const std::optional<Audience>& audience = {});
FeedId feed_of(const Library& library);  ///< its own, of the region
std::optional<Head> head_of(const Library& library, const FeedId& feed);
/// All that `to` lacks of this feed. `anew`: it comes whole.
Status fetch_feed(Library& from, Library& to, const FeedId& feed, bool anew = false);
Status fetch_media(Library& from, Library& to);
/// A kit's newest version is this one, with these files, or it is not: true or false. An error: it is neither whole.
Result<bool> has_kit(const Library& library, const std::string& id, std::uint64_t version, const KitFiles& files);

/// What the interposer offers; nothing happens without it.
void arm();
void disarm();
void mark(const char* text);

}  // namespace essaimage::faults
