#include "daemon/core/ranges.hpp"

#include <algorithm>
#include <map>

#include "daemon/core/settings.hpp"
#include "proto/limits.hpp"

namespace essaimage::core {
namespace {

using message::Range;

void put_big_endian(Bytes& out, std::uint64_t value) {
  for (int shift = 56; shift >= 0; shift -= 8) out.push_back(static_cast<std::uint8_t>(value >> shift));
}

/// The shortest bound that divides two neighbouring texts.
std::string divider(std::string_view before, std::string_view after) {
  std::size_t common = 0;
  while (common < before.size() && common < after.size() && before[common] == after[common]) ++common;
  return std::string(after.substr(0, common + 1));
}

/// On the wire at most, beside the texts: a range with its fingerprint, a head.
constexpr std::size_t range_bytes = 40, head_bytes = 72;
/// What a message ends with at the latest: a skip, and one fingerprint over the rest.
constexpr std::size_t reply_bytes_max = limits::message_bytes_max - 2 * (range_bytes + limits::feed_name_bytes_max) - 64;

/// Collects the reply within the bounds of one message.
class Reply {
 public:
  Reply(const Notary& notary, std::uint64_t round, const HeadSet& own) : notary_(notary), round_(round), own_(own) {}

  bool full() const { return full_; }

  void skip(const std::string& upper) {
    skipping_ = true;
    skip_upper_ = upper;
  }

  void fingerprint_of(std::size_t first, std::size_t end, const std::string& upper) {
    if (!room_for({}, first, upper)) return;
    Range range;
    range.upper = upper;
    range.kind = Range::Kind::fingerprint;
    range.fingerprint = fingerprint(notary_, round_, std::span(own_).subspan(first, end - first));
    ranges_.push_back(std::move(range));
  }

  void list_of(const std::vector<std::size_t>& indices, std::size_t first, const std::string& upper, bool answer) {
    if (!room_for(indices, first, upper)) return;
    Range range;
    range.upper = upper;
    range.kind = Range::Kind::list;
    range.answer = answer;
    for (const std::size_t i : indices) range.heads.push_back({*own_[i].feed, own_[i].order, own_[i].commit});
    heads_ += range.heads.size();
    ranges_.push_back(std::move(range));
  }

  std::vector<Range> take() { return std::move(ranges_); }

 private:
  /// Puts the skip that is due. If the message is full, one fingerprint over all from `first` on ends it.
  bool room_for(const std::vector<std::size_t>& heads, std::size_t first, const std::string& upper) {
    if (full_) return false;
    std::size_t bytes = bytes_ + range_bytes + upper.size() + (skipping_ ? range_bytes + skip_upper_.size() : 0);
    for (const std::size_t i : heads) bytes += head_bytes + own_[i].text.size();
    const bool fits = ranges_.size() + 3 <= limits::ranges_per_message_max && heads_ + heads.size() <= limits::heads_per_message_max &&
                      bytes <= reply_bytes_max;
    if (fits) bytes_ = bytes;
    if (skipping_) {
      Range range;
      range.upper = skip_upper_;
      ranges_.push_back(std::move(range));
      skipping_ = false;
    }
    if (fits) return true;
    full_ = true;
    Range rest;
    rest.kind = Range::Kind::fingerprint;
    rest.fingerprint = fingerprint(notary_, round_, std::span(own_).subspan(first));
    ranges_.push_back(std::move(rest));
    return false;
  }

  const Notary& notary_;
  std::uint64_t round_;
  const HeadSet& own_;
  std::vector<Range> ranges_;
  std::size_t heads_ = 0, bytes_ = 0;
  bool skipping_ = false;
  std::string skip_upper_;
  bool full_ = false;
};

std::vector<std::size_t> indices(std::size_t first, std::size_t end) {
  std::vector<std::size_t> all;
  for (std::size_t i = first; i < end; ++i) all.push_back(i);
  return all;
}

void split(Reply& reply, const HeadSet& own, std::size_t first, std::size_t end, const std::string& upper) {
  const std::size_t count = end - first;
  const std::size_t parts = std::min(settings::split_ranges, count);
  std::size_t from = first;
  for (std::size_t part = 0; part < parts; ++part) {
    const std::size_t to = first + count * (part + 1) / parts;
    reply.fingerprint_of(from, to, part + 1 == parts ? upper : divider(own[to - 1].text, own[to].text));
    from = to;
  }
}

/// Notes what a list or answer tells, and gives our answer to a list.
void compare_list(Comparison& result, Reply& reply, const HeadSet& own, std::size_t first, std::size_t end, const Range& range) {
  std::map<std::string, const Head*, std::less<>> listed;
  for (const Head& head : range.heads) listed.emplace(head.feed.str(), &head);
  result.told.insert(result.told.end(), range.heads.begin(), range.heads.end());
  if (range.answer) {
    // It answers a list of ours, and names what differs: the rest is the same there.
    for (std::size_t i = first; i < end; ++i) {
      if (!listed.contains(own[i].text)) result.equal.emplace_back(i, i + 1);
    }
    return reply.skip(range.upper);
  }
  std::vector<std::size_t> differing;
  for (std::size_t i = first; i < end; ++i) {
    const auto it = listed.find(own[i].text);
    if (it == listed.end()) result.lacking.push_back(i);
    if (it == listed.end() || it->second->order != own[i].order || it->second->commit != own[i].commit) {
      differing.push_back(i);
    }
  }
  // A long answer goes in pieces; the rest is told as a fingerprint and comes in the next message.
  if (differing.empty()) return reply.skip(range.upper);
  constexpr std::size_t piece = 64;
  for (std::size_t at = 0; at < differing.size(); at += piece) {
    const std::size_t to = std::min(at + piece, differing.size());
    const bool last = to == differing.size();
    const std::vector<std::size_t> some(differing.begin() + static_cast<std::ptrdiff_t>(at),
                                        differing.begin() + static_cast<std::ptrdiff_t>(to));
    reply.list_of(some, some.front(), last ? range.upper : std::string(own[differing[to]].text), true);
  }
}

}  // namespace

Fingerprint fingerprint(const Notary& notary, std::uint64_t round, std::span<const ToldHead> heads) {
  Bytes bytes;
  bytes.reserve(8 + heads.size() * 80);
  put_big_endian(bytes, round);
  for (const ToldHead& head : heads) {
    append_bytes(bytes, bytes_of(head.text));
    bytes.push_back(0);
    put_big_endian(bytes, head.order.generation);
    put_big_endian(bytes, head.order.epoch);
    put_big_endian(bytes, head.order.seq);
    append_bytes(bytes, head.commit.view());
  }
  const Sha256 whole = notary.sha256(bytes);
  Fingerprint result;
  std::copy_n(whole.bytes.begin(), result.bytes.size(), result.bytes.begin());
  return result;
}

std::vector<message::Range> opening_ranges(const Notary& notary, std::uint64_t round, const HeadSet& own) {
  Range range;
  range.kind = Range::Kind::fingerprint;
  range.fingerprint = fingerprint(notary, round, own);
  return {std::move(range)};
}

Comparison compare(const Notary& notary, std::uint64_t round, const HeadSet& own, const std::vector<Range>& ranges) {
  Comparison result;
  Reply reply(notary, round, own);
  std::size_t first = 0;
  for (const Range& range : ranges) {
    const auto bound = [&](const ToldHead& head) { return head.text < std::string_view(range.upper); };
    const auto begin = own.begin() + static_cast<std::ptrdiff_t>(first);
    const auto end_at = range.upper.empty() ? own.end() : std::partition_point(begin, own.end(), bound);
    const auto end = static_cast<std::size_t>(end_at - own.begin());
    switch (range.kind) {
      case Range::Kind::skip: reply.skip(range.upper); break;
      case Range::Kind::list: compare_list(result, reply, own, first, end, range); break;
      case Range::Kind::fingerprint:
        if (fingerprint(notary, round, std::span(own).subspan(first, end - first)) == range.fingerprint) {
          if (end > first) result.equal.emplace_back(first, end);
          reply.skip(range.upper);
        } else if (end - first <= settings::list_heads_max) {
          reply.list_of(indices(first, end), first, range.upper, false);
        } else {
          split(reply, own, first, end, range.upper);
        }
        break;
    }
    first = end;
  }
  result.reply = reply.take();
  return result;
}

}  // namespace essaimage::core
