#include "store/feed/refs.hpp"

#include <atomic>
#include <mutex>

#include "proto/limits.hpp"
#include "store/disk/files.hpp"

namespace essaimage::store {
namespace {

// What git writes first, so that it knows the file as sorted and (there are no tags) as peeled.
constexpr std::string_view first_line = "# pack-refs with: peeled fully-peeled sorted \n";
constexpr std::string_view ref_prefix = "refs/heads/essaimage/";
constexpr std::string_view head_prefix = "ref: ";
constexpr std::size_t refs_bytes_max = 64 * limits::MiB;

std::string encode_refs(const RefMap& refs) {
  // By the bytes of the ref, as git searches; FeedId's own order differs ('-' sorts before '/').
  std::map<std::string, ObjectId> by_name;
  for (const auto& [feed, commit] : refs) by_name.emplace(feed.ref(), commit);
  std::string text(first_line);
  for (const auto& [name, commit] : by_name) text += commit.hex() + " " + name + "\n";
  return text;
}

Result<RefMap> parse_refs(std::string_view text) {
  RefMap refs;
  while (!text.empty()) {
    const auto end = text.find('\n');
    const auto line = text.substr(0, end);
    text = end == std::string_view::npos ? std::string_view() : text.substr(end + 1);
    // Stock git may have rewritten the file; refs that are no feeds are no concern of ours and are dropped.
    if (line.starts_with('#') || line.starts_with('^')) continue;
    if (line.size() < 41 || line[40] != ' ' || end == std::string_view::npos) {
      return fail(Errc::corrupt, "packed-refs: " + std::string(line.substr(0, 80)));
    }
    const auto name = line.substr(41);
    if (!name.starts_with(ref_prefix)) continue;
    const auto commit = ObjectId::parse(line.substr(0, 40));
    const auto feed = FeedId::parse(name.substr(ref_prefix.size()));
    if (!commit || !feed) return fail(Errc::corrupt, "packed-refs: " + std::string(line.substr(0, 80)));
    refs[*feed] = *commit;
  }
  return refs;
}

}  // namespace

struct Refs::Impl {
  Layout layout;
  std::mutex writing;        // one update at a time
  mutable std::mutex mutex;  // of the pointer below
  std::shared_ptr<const RefMap> current;
  std::atomic<bool> head_is_due = false;

  std::shared_ptr<const RefMap> get() const {
    const std::lock_guard lock(mutex);
    return current;
  }

  /// HEAD names an existing feed as soon as there is one, so that a plain `git clone` yields files.
  Status mend_head(const RefMap& refs) const {
    const Path path = layout.library() / "HEAD";
    const auto content = read_file(path, 4 * limits::KiB);  // lost or garbage: written anew
    std::string_view text = content ? text_of(*content) : std::string_view();
    if (text.starts_with(head_prefix) && text.ends_with('\n')) {
      text = text.substr(head_prefix.size(), text.size() - head_prefix.size() - 1);
      if (text.starts_with(ref_prefix)) {
        const auto feed = FeedId::parse(text.substr(ref_prefix.size()));
        if (feed && refs.contains(*feed)) return {};
      }
    }
    if (refs.empty() && content) return {};
    const FeedId feed = refs.empty() ? FeedId{"none", Audience{}} : refs.begin()->first;
    return replace_file(path, bytes_of(std::string(head_prefix) + feed.ref() + "\n"));
  }
};

Refs::Refs() : impl_(std::make_unique<Impl>()) {}
Refs::~Refs() = default;

Result<std::unique_ptr<Refs>> Refs::open(const Layout& layout) {
  std::unique_ptr<Refs> refs(new Refs);
  refs->impl_->layout = layout;
  auto content = store::read_file(layout.packed_refs(), refs_bytes_max);
  if (!content && content.error().code != Errc::not_found) return tl::unexpected(content.error());
  TRY(RefMap map, parse_refs(content ? text_of(*content) : std::string_view()));
  CHECK_OK(refs->impl_->mend_head(map));
  refs->impl_->current = std::make_shared<const RefMap>(std::move(map));
  return refs;
}

std::shared_ptr<const RefMap> Refs::snapshot() const { return impl_->get(); }

Status Refs::update(const std::vector<Change>& changes) {
  const std::lock_guard writing(impl_->writing);
  auto next = std::make_shared<RefMap>(*impl_->get());
  for (const Change& change : changes) {
    const auto it = next->find(change.feed);
    const ObjectId present = it == next->end() ? ObjectId{} : it->second;
    if (present != change.expected) return fail(Errc::conflict, change.feed.str());
    if (change.next.is_zero()) {
      next->erase(change.feed);
    } else {
      (*next)[change.feed] = change.next;
    }
  }
  CHECK_OK(replace_file(impl_->layout.packed_refs(), bytes_of(encode_refs(*next))));
  {
    const std::lock_guard lock(impl_->mutex);
    impl_->current = next;
  }
  impl_->head_is_due = !impl_->mend_head(*next);
  return {};
}

bool Refs::is_head_due() const { return impl_->head_is_due; }

Status Refs::mend_head() {
  const std::lock_guard writing(impl_->writing);
  CHECK_OK(impl_->mend_head(*impl_->get()));
  impl_->head_is_due = false;
  return {};
}

}  // namespace essaimage::store
