#pragma once
// Libraries in homes of their own that exchange packs and runs of chunks directly, without a
// network: what tests of the library start from. Each keeps all changes that it told. One thread.

#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "store/library.hpp"
#include "tests/support/temp_folder.hpp"

namespace essaimage::test {

inline constexpr Timestamp test_start{1'790'000'000};

/// The files of a kit by path; kit.toml is made unless it is among them.
using KitFiles = std::map<std::string, std::string>;
std::string manifest_of(const std::string& title, const std::string& more = {});

class TestNode {
 public:
  /// A new federation "fed".
  static std::unique_ptr<TestNode> federation();
  /// A new home that has an invitation.
  static std::unique_ptr<TestNode> joining(const store::Invitation& invitation);
  /// A whole member: invited, admitted, and with the federation's feed.
  static std::unique_ptr<TestNode> member(TestNode& federation, const std::string& slug, const std::set<std::string>& territories);
  /// Another node on a copy of this one's home, as a backup or a cloned card is.
  std::unique_ptr<TestNode> copy() const;

  store::Library& library() { return *library_; }
  const store::Library& library() const { return *library_; }
  const store::Layout& layout() const { return layout_; }
  const std::string& slug() const { return library_->identity().slug; }
  FeedId feed(const std::string& audience = "region") const;
  Head head(const FeedId& feed) const;           ///< zero if there is none
  bool lacks_objects(const FeedId& feed) const;  ///< as was told last

  store::HoldPolicy policy;  ///< from the next open() on
  Timestamp now = test_start;
  std::vector<store::Change> changes;  ///< told since the last open()

  void close() { library_.reset(); }
  Status open();

  Result<std::vector<store::PublishedKit>> publish(const std::map<std::string, KitFiles>& kits,
                                                   const std::optional<std::string>& audience = std::nullopt, bool again = false);
  /// One kit; must succeed.
  store::PublishedKit publish_one(const std::string& folder, const KitFiles& files,
                                  const std::optional<std::string>& audience = std::nullopt);
  std::optional<store::KitSummary> find(const std::string& id) const;
  /// Every file of a kit, by path; nothing for media that is not here.
  std::map<std::string, std::string> checkout(const std::string& id, std::optional<std::uint64_t> version = {}) const;

 private:
  explicit TestNode(store::Path home) : layout_{std::move(home)} {}

  std::shared_ptr<TempFolder> folder_ = std::make_shared<TempFolder>();
  store::Layout layout_;
  std::unique_ptr<store::Library> library_;
};

/// One feed as a peer would fetch it: all that `to` lacks of what `from` holds.
Status fetch_feed(TestNode& from, TestNode& to, const FeedId& feed);
/// All feeds that `to` may hold, the federation's first, then all media that it needs and `from`
/// serves.
void replicate(TestNode& from, TestNode& to);
/// Returns the number of chunks that came.
std::size_t fetch_media(TestNode& from, TestNode& to);

}  // namespace essaimage::test
