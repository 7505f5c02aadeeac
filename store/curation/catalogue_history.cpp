// Whatever was said about a kit, as the commits of the federation's feeds and of the kit's centre tell. What a feed says is read as
// it stands there: by which keys it was signed then, nothing tells for sure. What is in force is known, and marked.
#include <algorithm>

#include "proto/limits.hpp"
#include "store/crypto/hash.hpp"
#include "store/federation/paths.hpp"
#include "store/library/library_impl.hpp"

namespace essaimage::store {
namespace {

/// The contents of one path of a feed, oldest first, each with the commit that brought it; an empty one: it was gone.
struct Content {
  Bytes text;
  ObjectId commit;
  Timestamp time;
};

class Walk {
 public:
  Walk(const ObjectDb& objects, CatalogueHistory& history) : objects_(objects), history_(history) {}

  Result<std::vector<Content>> contents(ObjectId at, const std::string& path) {
    std::vector<Content> found;
    std::optional<ObjectId> newer;  // the blob of the commit that was looked at last
    Content pending;
    bool any = false;
    for (std::size_t count = 0;; ++count) {
      TRY(const auto raw, objects_.read(at, ObjectType::commit));
      TRY(const auto commit, parse_commit(raw));
      TRY(const auto blob, id_at(objects_, commit.tree, path));
      if (any && blob != newer) CHECK_OK(add(found, newer, pending));
      pending = {{}, at, commit.time};
      newer = blob;
      any = true;
      if (commit.parent && count < limits::told_commits_max) {
        at = *commit.parent;
        continue;
      }
      history_.cut = history_.cut || commit.parent;
      if (blob) CHECK_OK(add(found, newer, pending));
      std::ranges::reverse(found);
      return found;
    }
  }

 private:
  Status add(std::vector<Content>& found, const std::optional<ObjectId>& blob, Content& content) const {
    if (blob) {
      TRY(content.text, objects_.read(*blob, ObjectType::blob));
    }
    found.push_back(content);
    return {};
  }

  const ObjectDb& objects_;
  CatalogueHistory& history_;
};

void add_said(const KitId& id, const FeedId& feed, const Catalogue* in_force, const std::vector<Content>& contents,
              CatalogueHistory& history) {
  for (const auto& content : contents) {
    auto file = parse_catalogue_file(text_of(content.text));
    if (!file || file->kit != id || file->audience() != feed.audience) continue;
    CatalogueEvent event{CatalogueEvent::Kind::said, feed, content.commit, file->decided, {}, {}, false};
    const auto stands = in_force == nullptr ? nullptr : in_force->find(id);
    event.in_force = stands != nullptr && encode(*stands) == text_of(content.text);
    event.said = std::move(*file);
    history.events.push_back(std::move(event));
  }
}

void add_proposed(const KitId& id, const FeedId& feed, const std::vector<Content>& contents, CatalogueHistory& history) {
  for (auto at = contents.begin(); at != contents.end(); ++at) {
    const bool gone = at->text.empty();
    if (gone && at == contents.begin()) continue;
    const auto proposal = parse_proposal(text_of(gone ? std::prev(at)->text : at->text));
    if (!proposal || proposal->kit != id) continue;
    const auto kind = gone ? CatalogueEvent::Kind::taken_back : CatalogueEvent::Kind::proposed;
    const bool in_force = !gone && std::next(at) == contents.end();
    history.events.push_back({kind, feed, at->commit, gone ? at->time : proposal->proposed, *proposal, {}, in_force});
  }
}

}  // namespace

Result<CatalogueHistory> CurationImpl::history(const KitId& id) const {
  CatalogueHistory history;
  const auto now = library_.picture();
  if (!now->word) return fail(Errc::not_joined);
  const auto& federation = library_.identity_.federation_slug;
  Walk walk(*library_.objects_, history);
  std::vector<Head> heads;
  for (const auto& [feed, head] : now->heads)
    if (feed.centre == federation || feed.centre == id.centre) heads.push_back(head);
  // Of what was said within one second: its centre first, then territories, then the region.
  std::ranges::stable_sort(heads, {}, [&](const Head& head) {
    return head.feed.centre == id.centre ? 0 : head.feed.audience == Audience{} ? 2 : 1;
  });
  for (const auto& head : heads) {
    const auto& feed = head.feed;
    if (feed.centre == federation && feed.audience.kind != Audience::Kind::mirror) {
      const auto recommended = now->recommended.find(feed.audience.slug);
      const Catalogue* in_force = feed.audience == Audience{}             ? now->word->catalogue.get()
                                  : recommended == now->recommended.end() ? nullptr
                                                                          : recommended->second.get();
      TRY(const auto contents, walk.contents(head.commit, feed_path::of_kit(feed_path::catalogue_folder, id)));
      add_said(id, feed, in_force, contents, history);
    }
    if (feed.centre == id.centre) {
      TRY(const auto contents, walk.contents(head.commit, proposal_path(id)));
      add_proposed(id, feed, contents, history);
    }
  }
  std::ranges::stable_sort(history.events, {}, &CatalogueEvent::time);
  if (history.events.size() > limits::told_statements_max) {
    history.cut = true;
    history.events.erase(history.events.begin(), history.events.end() - static_cast<std::ptrdiff_t>(limits::told_statements_max));
  }
  return history;
}

}  // namespace essaimage::store
