#pragma once
// Serving packs and runs of chunks: opened by the store, read under the requester's credit, bounded per link and in all.
// "Not held", "not allowed" and "too busy" are answered alike.

#include <functional>
#include <map>

#include "daemon/core/context.hpp"
#include "daemon/core/uplink.hpp"

namespace essaimage::core {

class Server {
 public:
  Server(Context& context, Uplink& uplink) : context_(context), uplink_(uplink) {}

  void fetch_feed(Link& link, const message::FetchFeed& request);
  void fetch_chunks(Link& link, const message::FetchChunks& request);
  void credit(Link& link, const message::Credit& credit);
  void cancel(Link& link, const message::Cancel& cancel);
  void opened(const input::SourceOpened& opened);
  void read(const input::SourceRead& read);
  void link_closed(LinkId link);
  void link_writable(LinkId link);
  /// Goes on where the uplink held back: text first, then in turn from behind the one that was served last.
  void resume();
  /// While media rest, none are served.
  void set_media(bool moves);
  void roster_changed();  ///< ends what the requester may no longer hold
  void tick();

  std::size_t serving(LinkId link) const;
  std::size_t sources() const { return open_; }

 private:
  using Key = std::pair<LinkId, std::uint64_t>;
  struct Source {
    JobId job = 0;  ///< zero: queued
    FeedId feed;
    ObjectId have;
    bool plain = false;
    bool pack = true;
    Sha256 media;
    ObjectId list;
    std::uint32_t first = 0, count = 0;
    Sha256 base;
    std::uint64_t credit = 0;
    std::uint64_t sent = 0;
    std::optional<std::uint64_t> bytes;  ///< once opened
    bool reading = false;
    Instant active_at;
  };
  using Sources = std::map<Key, Source>;

  void add(Link& link, std::uint64_t request, Source source, bool allowed);
  void open(Source& source);
  void pump(Link& link, const Key& key, Source& source);
  void refuse_all(const std::function<bool(const Key&, const Source&)>& which);
  void open_queued();
  Sources::iterator next_queued();
  std::size_t abandoned(LinkId link) const;
  Sources::iterator erase(Sources::iterator it);
  void refuse(Sources::iterator it);
  Sources::iterator by_job(JobId job);

  Context& context_;
  Uplink& uplink_;
  Key last_;  ///< of which a slice was read last
  bool media_moves_ = true;
  unsigned turns_ = 0;
  Sources sources_;
  std::map<JobId, Key> jobs_;
  std::map<JobId, LinkId> abandoned_;  ///< ended while the store opens them: they count until it answers
  std::size_t open_ = 0;               ///< with the abandoned ones
};

}  // namespace essaimage::core
