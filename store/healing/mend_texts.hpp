#pragma once
// Feeds of which objects are lost or damaged come back as media do: from peers. Whoever stumbles on one suspects the feed;
// look() reads it through, and if something lacks, it is told (change::ObjectsLost), and the feed comes once more, whole.
// What can be read of it stays in use, and is served, meanwhile. Internal to the library, whose part it is.
// Thread rule: suspect() and has_suspects() from any thread; the others where it says so.

#include <mutex>
#include <optional>
#include <set>
#include <string>

#include "proto/ids.hpp"

namespace essaimage::store {

class LibraryImpl;
struct Picture;

class TextMender {
 public:
  explicit TextMender(LibraryImpl& library) : library_(library) {}

  /// To be looked through soon, if this error is of something that cannot be read here, and is not known yet.
  void suspect(const FeedId& feed, const Error& why);
  void suspect_centre(const std::string& slug, const Error& why);  ///< likewise, of all its feeds
  void look_again(const FeedId& feed);                             ///< whatever kept it from being read
  void suspect_any(const Error& why);  ///< which one it is of is not known; not while some are known to lack something
  bool has_suspects() const;

  /// While opening: what lacked something at the last end, and whatever a pack that has vanished may have held.
  Status start(Picture& picture);
  /// Some of the suspects. On one thread, where nobody else removes packs; no lock is held.
  Status look();
  /// Somebody found a damaged pack. As look().
  Status packs_damaged();
  /// Names of the files, each with its size.
  std::set<std::string> packs() const;
  /// After packs came or went by our own doing: which are there now is recorded, so that one that is gone is missed. One that
  /// came meanwhile and is not recorded is missed by nobody.
  Status packs_changed(const std::set<std::string>& before);
  /// `changing_` is held: this feed has come anew.
  Status came_anew(const FeedId& feed);

 private:
  void look_at_all(const Picture& picture);
  bool all_looked_at();
  Result<bool> record_packs(const std::set<std::string>& removed);
  std::optional<FeedId> next_suspect();
  struct Looking {
    std::uint64_t bytes = 0;
    bool salvaged = false;  ///< of damaged packs, what is good is kept already
  };
  Status look_at(const FeedId& feed, Looking& looking);
  void salvage_once(Looking& looking);
  Status salvage_packs();
  Status set_lacking(const Head& head);
  Status set_whole(const Head& head);
  Status record_lacking();
  void forget_damage(const FeedId& feed);

  LibraryImpl& library_;
  mutable std::mutex mutex_;  ///< a leaf
  std::set<FeedId> suspects_;
  bool all_pending_ = false;  ///< all feeds were suspected, and have not all been looked at
};

}  // namespace essaimage::store
