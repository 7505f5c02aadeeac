#include "tests/faults/driver/world.hpp"

#include <dlfcn.h>

#include <algorithm>

#include "tests/support/bytes.hpp"

namespace essaimage::faults {
namespace {

constexpr Timestamp beginning{1'790'000'000};
constexpr const char* nowhere = "tcp://127.0.0.1:7373";

Status write_kit(store::Publication& publication, const KitFiles& files) {
  for (const auto& [path, content] : files) {
    CHECK_OK(publication.begin_file(path, false, content.size()));
    const auto bytes = bytes_of(content);
    CHECK_OK(publication.write(Bytes(bytes.begin(), bytes.end())));
    CHECK_OK(publication.end_file());
  }
  return publication.end_kit();
}

Result<std::string> read_whole(const Library& library, const store::KitFile& file) {
  std::string content;
  while (content.size() < file.bytes) {
    TRY(const Bytes piece, library.read_file(file, content.size(), 100'000));
    if (piece.empty()) return fail(Errc::corrupt, file.path + ": shorter than it says");
    content += text_of(piece);
  }
  return content;
}

template <class Function>
Function* hook(const char* name) {
  return reinterpret_cast<Function*>(::dlsym(RTLD_DEFAULT, name));
}

}  // namespace

KitFiles kit_of(const std::string& title, const std::string& text, std::map<std::string, std::string> more) {
  more["kit.toml"] = "kind = \"prototype\"\ntitle = \"" + title + "\"\nlicence = \"CC-BY-SA-4.0\"\n";
  more["lisez-moi.md"] = text;
  return more;
}

std::string media_of(std::size_t bytes, std::uint64_t seed) {
  return std::string(1, '\0') + std::string(text_of(test::noise(bytes, seed)));
}

KitFiles kit_with_film(const std::string& title, int version) {
  return kit_of(title, "Version " + std::to_string(version) + "\n", {{"film.bin", media_of(20'000, static_cast<std::uint64_t>(version))}});
}

Result<LibraryPtr> open_library(const Layout& layout, std::int64_t later) {
  return Library::open(layout, [later] { return Timestamp{beginning.seconds + later}; });
}

Result<LibraryPtr> make_federation(const Layout& layout) {
  CHECK_OK(store::create_federation_home(layout, {"Fed", "fed", {nowhere}}, "", beginning));
  return open_library(layout);
}

Result<store::Invitation> invite(Library& federation, const std::string& slug, const std::string& territory) {
  return federation.invite({slug, "Centre " + slug, {territory}, std::chrono::hours(1), nowhere});
}

Result<LibraryPtr> make_member(Library& federation, const Layout& layout, const std::string& slug, const std::string& territory) {
  TRY(const auto invitation, invite(federation, slug, territory));
  CHECK_OK(store::create_joining_home(layout, invitation, ""));
  TRY(auto library, open_library(layout));
  CHECK_OK(federation.admit(make_join(invitation, library->signing().public_key(), library->transport().public_key())));
  CHECK_OK(fetch_feed(federation, *library, feed_of(federation)));
  return library;
}

Result<Region> make_region(const World& world, const std::string& home, const std::string& territory_of_reader) {
  Region region;
  TRY(region.federation, make_federation(world.place("fed", home)));
  TRY(region.author, make_member(*region.federation, world.place("deule", home), "deule"));
  TRY(region.reader, make_member(*region.federation, world.place("lys", home), "lys", territory_of_reader));
  CHECK_OK(fetch_feed(*region.federation, *region.author, feed_of(*region.federation)));
  return region;
}

Status publish(Library& library, const std::string& folder, const KitFiles& files, const std::optional<Audience>& audience) {
  TRY(const auto publication, library.publish({audience}));
  CHECK_OK(publication->begin_kit(folder));
  CHECK_OK(write_kit(*publication, files));
  CHECK_OK(publication->commit());
  return {};
}

FeedId feed_of(const Library& library) { return {library.identity().slug, {}}; }

std::optional<Head> head_of(const Library& library, const FeedId& feed) {
  for (const auto& head : library.heads()) {
    if (head.feed == feed) return head;
  }
  return std::nullopt;
}

Status fetch_feed(Library& from, Library& to, const FeedId& feed, bool anew) {
  const auto held = head_of(to, feed);
  if (!anew && held && held == head_of(from, feed)) return {};
  TRY(const auto pack, from.open_pack(feed, anew || !held ? ObjectId{} : held->commit, anew));
  TRY(const auto reception, to.receive_feed());
  for (std::uint64_t at = 0; at < pack.source->bytes();) {
    TRY(const auto slice, pack.source->read(at, 65'536));
    CHECK_OK(reception->append(slice));
    at += slice.size();
  }
  return reception->accept(feed, pack.commit);
}

Status fetch_media(Library& from, Library& to) {
  TRY(const auto needs, to.needs());
  for (const auto& need : needs) {
    const auto& feed = need.feeds.front();
    for (std::uint32_t i = 0; i < need.held.size(); ++i) {
      if (need.held[i]) continue;
      TRY(const auto source, from.open_run(feed, need.media, need.chunk_list, i, 1, {}));
      TRY(const auto bytes, source->read(0, 8'000'000));
      TRY(const auto reception, to.receive_run(feed, need.media, i, 1, {}));
      CHECK_OK(reception->append(bytes));
    }
  }
  return {};
}

Result<bool> has_kit(const Library& library, const std::string& id, std::uint64_t version, const KitFiles& files) {
  TRY(const auto kits, library.kits());
  const KitId wanted = *KitId::parse(id);
  const auto kit = std::ranges::find(kits, wanted, [](const auto& each) { return each.row.id; });
  if (kit == kits.end() || kit->row.version < version) return false;
  TRY(const auto present, library.files(kit->row.id, version));
  if (present.size() != files.size()) return fail(Errc::corrupt, id + ": another number of files");
  bool whole = true;
  for (const auto& file : present) {
    const auto expected = files.find(file.path);
    if (expected == files.end()) return fail(Errc::corrupt, id + ": " + file.path + " is none of its files");
    whole = whole && file.here;
    if (!file.here) continue;
    TRY(const auto content, read_whole(library, file));
    if (!std::ranges::equal(content, expected->second)) return fail(Errc::corrupt, id + ": " + file.path + " is not as it was published");
  }
  return whole;
}

void arm() {
  if (auto* const function = hook<void()>("essaimage_faults_arm")) function();
}
void disarm() {
  if (auto* const function = hook<void()>("essaimage_faults_disarm")) function();
}
void mark(const char* text) {
  if (auto* const function = hook<void(const char*)>("essaimage_faults_mark")) function(text);
}

}  // namespace essaimage::faults
