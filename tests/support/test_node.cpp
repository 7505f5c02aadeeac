#include "tests/support/test_node.hpp"

#include <algorithm>

#include "tests/support/catch.hpp"

namespace essaimage::test {

using namespace store;

std::string manifest_of(const std::string& title, const std::string& more) {
  return "kind = \"prototype\"\ntitle = \"" + title + "\"\nlicence = \"CC-BY-SA-4.0\"\n" + more;
}

Status TestNode::open() {
  changes.clear();
  TRY(library_, Library::open(
                    layout_, [this] { return now; }, policy));
  library_->listen([this](const Change& change) { changes.push_back(change); });
  return {};
}

std::unique_ptr<TestNode> TestNode::federation() {
  std::unique_ptr<TestNode> node(new TestNode({}));
  node->layout_ = Layout{*node->folder_ / "home"};
  REQUIRE(create_federation_home(node->layout_, {"Fed", "fed", {"tcp://127.0.0.1:7373"}}, "", test_start));
  const auto opened = node->open();
  if (!opened) FAIL(to_line(opened.error()));
  return node;
}

std::unique_ptr<TestNode> TestNode::joining(const Invitation& invitation) {
  std::unique_ptr<TestNode> node(new TestNode({}));
  node->layout_ = Layout{*node->folder_ / "home"};
  REQUIRE(create_joining_home(node->layout_, invitation, ""));
  const auto opened = node->open();
  if (!opened) FAIL(to_line(opened.error()));
  return node;
}

std::unique_ptr<TestNode> TestNode::member(TestNode& federation, const std::string& slug, const std::set<std::string>& territories) {
  const auto invitation = federation.library().invite({slug, "Centre " + slug, territories, std::chrono::hours(1), "tcp://127.0.0.1:7373"});
  if (!invitation) FAIL(to_line(invitation.error()));
  auto node = joining(*invitation);
  const auto admitted =
      federation.library().admit(make_join(*invitation, node->library().signing().public_key(), node->library().transport().public_key()));
  if (!admitted) FAIL(to_line(admitted.error()));
  const auto fetched = fetch_feed(federation, *node, federation.feed());
  if (!fetched) FAIL(to_line(fetched.error()));
  return node;
}

std::unique_ptr<TestNode> TestNode::copy() const {
  std::unique_ptr<TestNode> node(new TestNode({}));
  node->layout_ = Layout{*node->folder_ / "home"};
  node->now = now;
  std::filesystem::copy(layout_.home, node->layout_.home, std::filesystem::copy_options::recursive);
  return node;
}

FeedId TestNode::feed(const std::string& audience) const { return {slug(), *Audience::parse(audience)}; }

bool TestNode::lacks_objects(const FeedId& feed) const {
  bool lacks = false;
  for (const auto& change : changes) {
    const auto* lost = std::get_if<store::change::ObjectsLost>(&change);
    if (lost != nullptr && lost->feed == feed) lacks = true;
    const auto* changed = std::get_if<store::change::HeadChanged>(&change);
    if (changed != nullptr && changed->head.feed == feed) lacks = false;
  }
  return lacks;
}

Head TestNode::head(const FeedId& feed) const {
  for (const auto& head : library_->heads()) {
    if (head.feed == feed) return head;
  }
  return {};
}

Result<std::vector<PublishedKit>> TestNode::publish(const std::map<std::string, KitFiles>& kits, const std::optional<std::string>& audience,
                                                    bool again) {
  PublishOptions options;
  options.again = again;
  if (audience) {
    TRY(options.audience, Audience::parse(*audience));
  }
  TRY(const auto publication, library_->publish(options));
  for (const auto& [folder, files] : kits) {
    CHECK_OK(publication->begin_kit(folder));
    auto all = files;
    all.try_emplace("kit.toml", manifest_of(folder));
    for (const auto& [path, content] : all) {
      const bool executable = path.ends_with(".sh");
      CHECK_OK(publication->begin_file(path, executable, content.size()));
      for (std::size_t at = 0; at < content.size(); at += 60'000) {
        const auto piece = bytes_of(std::string_view(content).substr(at, 60'000));
        CHECK_OK(publication->write(Bytes(piece.begin(), piece.end())));
      }
      CHECK_OK(publication->end_file());
    }
    CHECK_OK(publication->end_kit());
  }
  return publication->commit();
}

PublishedKit TestNode::publish_one(const std::string& folder, const KitFiles& files, const std::optional<std::string>& audience) {
  const auto published = publish({{folder, files}}, audience);
  if (!published) FAIL(to_line(published.error()));
  REQUIRE(published->size() == 1);
  return published->front();
}

std::optional<KitSummary> TestNode::find(const std::string& id) const {
  const auto kits = library_->kits();
  REQUIRE(kits);
  for (const auto& kit : *kits) {
    if (kit.row.id.str() == id) return kit;
  }
  return std::nullopt;
}

std::map<std::string, std::string> TestNode::checkout(const std::string& id, std::optional<std::uint64_t> version) const {
  const auto files = library_->files(*KitId::parse(id), version);
  if (!files) FAIL(to_line(files.error()));
  std::map<std::string, std::string> contents;
  for (const auto& file : *files) {
    std::string content;
    while (file.here && content.size() < file.bytes) {
      const auto piece = library_->read_file(file, content.size(), 100'000);
      REQUIRE(piece);
      REQUIRE_FALSE(piece->empty());
      content += text_of(*piece);
    }
    if (file.here) contents[file.path] = content;
  }
  return contents;
}

Status fetch_feed(TestNode& from, TestNode& to, const FeedId& feed) {
  const bool anew = to.lacks_objects(feed);
  TRY(const auto pack, from.library().open_pack(feed, anew ? ObjectId{} : to.head(feed).commit, anew));
  TRY(const auto reception, to.library().receive_feed());
  for (std::uint64_t at = 0; at < pack.source->bytes();) {
    TRY(const auto slice, pack.source->read(at, 65'536));
    CHECK_OK(reception->append(slice));
    at += slice.size();
  }
  return reception->accept(feed, pack.commit);
}

std::size_t fetch_media(TestNode& from, TestNode& to) {
  std::size_t chunks = 0;
  const auto needs = to.library().needs();
  REQUIRE(needs);
  for (const auto& need : *needs) {
    for (std::uint32_t i = 0; i < need.held.size(); ++i) {
      if (need.held[i]) continue;
      for (const auto& feed : need.feeds) {
        const auto base = need.base && need.base->feed == feed ? need.base->media : Sha256{};
        const auto source = from.library().open_run(feed, need.media, need.chunk_list, i, 1, base);
        if (!source) continue;
        const auto reception = to.library().receive_run(feed, need.media, i, 1, base);
        REQUIRE(reception);
        const auto bytes = (*source)->read(0, 8'000'000);
        REQUIRE(bytes);
        const auto stored = (*reception)->append(*bytes);
        if (!stored) FAIL(to_line(stored.error()));
        REQUIRE(stored->count == 1);
        ++chunks;
        break;
      }
    }
  }
  return chunks;
}

void replicate(TestNode& from, TestNode& to) {
  auto heads = from.library().heads();
  const FeedId first{from.library().identity().federation_slug, {}};
  std::stable_partition(heads.begin(), heads.end(), [&](const Head& head) { return head.feed == first; });
  for (const auto& head : heads) {
    const auto roster = to.library().roster();
    const bool may = head.feed == first || (roster && roster->may_hold(to.slug(), head.feed.audience));
    if (!may || !(to.head(head.feed).order < head.order || to.lacks_objects(head.feed))) continue;
    const auto fetched = fetch_feed(from, to, head.feed);
    if (!fetched) FAIL(head.feed.str() + ": " + to_line(fetched.error()));
  }
  (void)fetch_media(from, to);
}

}  // namespace essaimage::test
