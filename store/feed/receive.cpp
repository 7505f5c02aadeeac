#include "store/feed/receive.hpp"

#include <fcntl.h>

#include <algorithm>

#include "proto/limits.hpp"
#include "store/disk/scratch_folder.hpp"
#include "store/feed/commit_rules.hpp"
#include "store/feed/tree_rules.hpp"
#include "store/transfer/parcel.hpp"

namespace essaimage::store {

struct IncomingParcel::Impl {
  ScratchFolder folder;
  Path file;  ///< in it
  Fd fd;
  std::uint64_t bytes = 0;
};

IncomingParcel::IncomingParcel() : impl_(std::make_unique<Impl>()) {}
IncomingParcel::~IncomingParcel() = default;
const Path& IncomingParcel::folder() const { return impl_->folder.path(); }
const Path& IncomingParcel::file() const { return impl_->file; }

Result<std::unique_ptr<IncomingParcel>> IncomingParcel::create(const Layout& layout) {
  std::unique_ptr<IncomingParcel> parcel(new IncomingParcel);
  TRY(parcel->impl_->folder, ScratchFolder::create(layout.quarantine()));
  parcel->impl_->file = parcel->impl_->folder.path() / "parcel";
  TRY(parcel->impl_->fd, open_file(parcel->impl_->file, O_WRONLY | O_CREAT | O_EXCL));
  return parcel;
}

Status IncomingParcel::append(ByteView bytes) {
  if (bytes.size() > limits::pack_bytes_max - impl_->bytes) return fail(Errc::too_large, "parcel");
  CHECK_OK(write_all(impl_->fd.get(), bytes, impl_->file));
  impl_->bytes += bytes.size();
  return {};
}

Result<IndexedPack> index_pack(IncomingParcel& incoming, const FeedId& feed, ByteView commit, const ObjectDb& library) {
  IndexedPack pack;
  TRY(pack.pack, PackWriter::create(incoming.folder()));
  CHECK_OK(read_parcel(incoming.file(), feed, commit, library, *pack.pack));
  CHECK_OK(remove_file(incoming.file()));
  CHECK_OK(pack.pack->index());
  std::vector<Path> folders{pack.pack->folder()};
  folders.insert(folders.end(), library.folders().begin(), library.folders().end());
  TRY(pack.objects, ObjectDb::open(std::move(folders)));
  return pack;
}

namespace {

class PackCheck {
 public:
  PackCheck(const IndexedPack& pack, const ReceiveContext& context, Bytes* proof)
      : pack_(pack), context_(context), proof_(proof), new_objects_(*pack.objects, pack.pack->ids()) {}

  Result<CheckedPack> run(const FeedId& feed, ByteView raw) {
    TRY(KnownCommit head, read_commit(raw, context_.roster));
    if (head.commit.feed != feed) return fail(Errc::malformed, "a commit of " + head.commit.feed.str());
    const Head newest = head_of(head.commit, head.id);
    generation_ = newest.order.generation;
    epoch_ = newest.order.epoch;
    CHECK_OK(check_newer(newest, context_.held_comes ? std::nullopt : context_.held, context_.witnessed));
    CHECK_OK(collect(std::move(head)));
    CHECK_OK(check_base());
    if (!is_held_again(newest)) CHECK_OK(check_fork());
    CHECK_OK(check_trees(feed));
    if (new_objects_.taken() != pack_.pack->ids().size()) return fail(Errc::malformed, "the pack holds more than the feed");
    CheckedPack checked;
    checked.head = newest;
    checked.whole = !based_on_;
    checked.commit.assign(raw.begin(), raw.end());
    for (auto it = chain_.rbegin(); it != chain_.rend(); ++it) checked.commits.push_back(it->id);
    return checked;
  }

 private:
  /// Fills chain_, newest first, back to the held head (based_on_ is then set) or to a root.
  Status collect(KnownCommit head) {
    TRY(const Bytes own, new_objects_.take(head.id, ObjectType::commit));
    chain_.push_back({head.id, head.commit.tree});
    CHECK_OK(compare_with_held(head, own));
    KnownCommit oldest = std::move(head);
    while (oldest.commit.parent) {
      const ObjectId parent_id = *oldest.commit.parent;
      const bool at_held = context_.held && !context_.held_comes && parent_id == context_.held->commit;
      TRY(const Bytes raw, at_held ? new_objects_.old(parent_id, ObjectType::commit) : new_objects_.take(parent_id, ObjectType::commit));
      // The held head was accepted once; what the roster says of it today does not matter here.
      if (at_held) {
        TRY(Commit held, parse_commit(raw));
        based_on_ = held.tree;
        return check_succession(KnownCommit{parent_id, std::move(held)}, oldest, context_.roster);
      }
      TRY(KnownCommit parent, read_commit(raw, context_.roster));
      CHECK_OK(check_succession(parent, oldest, context_.roster));
      CHECK_OK(compare_with_held(parent, raw));
      chain_.push_back({parent.id, parent.commit.tree});
      oldest = std::move(parent);
    }
    resolves_ = oldest.commit.resolves;
    return check_root(oldest, context_.roster);
  }

  /// As the held head. A succession names the last valid head of the older generation, and so decides any fork in it.
  bool same_generation() const { return context_.held && generation_ == context_.held->order.generation; }

  /// A commit that the pack brings.
  Status compare_with_held(const KnownCommit& known, const Bytes& raw) {
    if (!same_generation() || known.commit.order != context_.held->order) return {};
    comes_by_held_ = known.id == context_.held->commit;
    if (comes_by_held_) return {};
    if (proof_ != nullptr) *proof_ = raw;
    return fail(Errc::feed_fork, known.commit.feed.str() + " " + known.commit.order.str());
  }

  /// A chain that does not come from the held head must be of a later epoch, or of a later generation that left the held
  /// head behind (then the old one's last valid head lies in the chain, or there is none).
  Status check_base() const {
    if (based_on_ || comes_by_held_ || !same_generation()) return {};
    if (epoch_ > context_.held->order.epoch) return {};
    return fail(Errc::feed_gap, "not based on the held " + context_.held->order.str());
  }

  /// Objects of it are lost here, and it comes once more, whole, just as it is held.
  bool is_held_again(const Head& newest) const { return context_.held_comes && context_.held == newest; }

  /// Two histories have many pairs of one order: any of them that its author names shows that it knows of both.
  Status check_fork() const {
    if (!context_.fork) return {};
    const bool lost = *context_.fork == Order{};
    const bool succeeded = lost ? context_.held && !same_generation() : generation_ > context_.fork->generation;
    // One whose proof is lost was of no later epoch than what is held.
    const auto fork_epoch = !lost ? context_.fork->epoch : context_.held ? context_.held->order.epoch : epoch_;
    const bool resolved = !based_on_ && resolves_ && epoch_ > fork_epoch;
    return succeeded || resolved ? Status{} : fail(Errc::feed_fork, "frozen until its author resolves it");
  }

  Status check_trees(const FeedId& feed) {
    std::optional<ObjectId> before = based_on_;
    for (auto it = chain_.rbegin(); it != chain_.rend(); ++it) {
      if (before != it->tree) {
        CHECK_OK(check_tree(new_objects_, feed, context_.roster.federation_slug, it->tree, before));
      }
      before = it->tree;
    }
    return {};
  }

  /// Of a commit, what is needed of it in the end: a chain may have two million.
  struct Link {
    ObjectId id, tree;
  };

  const IndexedPack& pack_;
  const ReceiveContext& context_;
  Bytes* proof_;
  NewObjects new_objects_;
  std::uint64_t generation_ = 0, epoch_ = 0;  ///< of the head
  std::vector<Link> chain_;
  std::optional<ObjectId> based_on_;                       ///< tree of the held head
  bool comes_by_held_ = false;                             ///< the held head is among what the pack brings
  std::optional<std::pair<ObjectId, ObjectId>> resolves_;  ///< of the root
};

}  // namespace

Result<CheckedPack> check_pack(const IndexedPack& pack, const FeedId& feed, ByteView commit, const ReceiveContext& context, Bytes* proof) {
  return PackCheck(pack, context, proof).run(feed, commit);
}

Status move_in(IndexedPack& pack, const Layout& layout) {
  TRY(const Path installed, pack.pack->install(layout.packs()));
  static_cast<void>(installed);
  return {};
}

}  // namespace essaimage::store
