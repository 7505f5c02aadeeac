#include "tests/sim/memory_store.hpp"

#include <algorithm>
#include <cstring>

namespace essaimage::sim {
namespace {

namespace effect = core::effect;
namespace input = core::input;

void put_commit(Bytes& pack, ByteView raw) {
  const std::uint64_t size = raw.size();
  const std::size_t at = pack.size();
  pack.resize(at + 8 + raw.size());
  std::memcpy(pack.data() + at, &size, 8);
  std::copy(raw.begin(), raw.end(), pack.begin() + static_cast<std::ptrdiff_t>(at + 8));
}

}  // namespace

input::Start MemoryStore::start_input(std::uint64_t seed) {
  input::Start start;
  start.agent = "sim";
  start.signing = signing_key(node_, generation_);
  start.transport = transport_key();
  start.federation = universe_.federation();
  start.roster = roster();
  for (const auto& [id, feed] : feeds_) {
    if (!feed.chain.empty()) start.heads.push_back(feed.head);
    if (feed.witnessed.order != Order{}) start.witnessed.push_back(feed.witnessed);
    if (feed.fork) start.forks.push_back(*feed.fork);
  }
  for (const auto& [id, media] : media_) {
    if (!media.complete && !naming(id).empty()) start.needs.push_back(need(media));
  }
  start.seed = seed;
  start.joining = joining;
  return start;
}

Inputs MemoryStore::started() {
  Inputs out;
  for (const auto& [id, feed] : feeds_) {
    if (feed.lacking) out.push_back(input::ObjectsLost{id});
  }
  return out;
}

void MemoryStore::crash() {
  sources_.clear();
  packs_.clear();
  runs_.clear();
}

Inputs MemoryStore::perform(const core::Effect& effect) {
  Inputs out;
  if (const auto* pack = std::get_if<effect::OpenPack>(&effect)) open_pack(*pack, out);
  if (const auto* run = std::get_if<effect::OpenRun>(&effect)) open_run(*run, out);
  if (const auto* source = std::get_if<effect::ReadSource>(&effect)) read(*source, out);
  if (const auto* source = std::get_if<effect::CloseSource>(&effect)) sources_.erase(source->job);
  if (const auto* lookup = std::get_if<effect::FindMedia>(&effect)) find(*lookup, out);
  if (const auto* slice = std::get_if<effect::AppendPack>(&effect)) {
    Bytes& pack = packs_[slice->job];
    pack.insert(pack.end(), slice->bytes->begin(), slice->bytes->end());
    out.push_back(input::SliceTaken{slice->job, disk_fails() ? Status(fail(Errc::disk_full)) : Status()});
  }
  if (const auto* whole = std::get_if<effect::AcceptPack>(&effect)) accept(*whole, out);
  if (const auto* drop = std::get_if<effect::DropPack>(&effect)) packs_.erase(drop->job);
  if (const auto* slice = std::get_if<effect::WriteRun>(&effect)) write(*slice, out);
  if (const auto* drop = std::get_if<effect::DropRun>(&effect)) runs_.erase(drop->job);
  if (const auto* tell = std::get_if<effect::TellMedia>(&effect)) tell_media(tell->media, out);
  if (const auto* join = std::get_if<effect::Admit>(&effect)) admit_member(*join, out);
  if (const auto* fork = std::get_if<effect::KeepFork>(&effect)) keep_fork(*fork, out);
  return out;
}

// --- serving -------------------------------------------------------------------------------------------------------------

void MemoryStore::open_pack(const effect::OpenPack& open, Inputs& out) {
  const auto it = feeds_.find(open.feed);
  if (it == feeds_.end() || it->second.chain.empty()) {
    out.push_back(input::SourceOpened{open.job, fail(Errc::not_found), nullptr});
    return;
  }
  const auto& chain = it->second.chain;
  if (it->second.lacking && open.have.is_zero()) {
    out.push_back(input::SourceOpened{open.job, fail(Errc::object_missing), nullptr});
    return;
  }
  auto from = chain.begin();
  if (!open.have.is_zero()) {
    from = std::find_if(chain.begin(), chain.end(), [&](const SharedBytes& raw) { return commit_id(*raw) == open.have; });
    if (from == chain.end()) {
      out.push_back(input::SourceOpened{open.job, fail(Errc::not_found), nullptr});
      return;
    }
    ++from;
  }
  Bytes pack;
  for (; from != chain.end(); ++from) put_commit(pack, **from);
  if (pack.empty()) {
    out.push_back(input::SourceOpened{open.job, fail(Errc::not_found), nullptr});
    return;
  }
  const std::uint64_t size = pack.size();
  sources_[open.job] = {.pack = std::move(pack), .size = size};
  out.push_back(input::SourceOpened{open.job, size, chain.back()});
}

void MemoryStore::open_run(const effect::OpenRun& open, Inputs& out) {
  const auto it = media_.find(open.media);
  const auto feeds = naming(open.media);
  const bool named = std::find(feeds.begin(), feeds.end(), open.feed) != feeds.end();
  const bool listed = named && it != media_.end() && open.list == chunk_list(it->second.spec);
  if (!listed || std::uint64_t{open.first} + open.count > it->second.held.size()) {
    out.push_back(input::SourceOpened{open.job, fail(Errc::not_found), nullptr});
    return;
  }
  Source source{.pack = {}, .spec = it->second.spec, .first = open.first, .size = 0};
  for (std::uint32_t i = open.first; i < open.first + open.count; ++i) {
    if (!it->second.held[i]) {
      out.push_back(input::SourceOpened{open.job, fail(Errc::not_found), nullptr});
      return;
    }
    source.size += source.spec->chunk_bytes[i];
  }
  out.push_back(input::SourceOpened{open.job, source.size, nullptr});
  sources_[open.job] = std::move(source);
}

Bytes MemoryStore::bytes_of(const Source& source, std::uint64_t offset, std::size_t count) const {
  if (!source.spec) {
    const auto begin = source.pack.begin() + static_cast<std::ptrdiff_t>(offset);
    return {begin, begin + static_cast<std::ptrdiff_t>(count)};
  }
  Bytes bytes(count);
  std::size_t chunk = source.first, done = 0;
  for (; offset >= source.spec->chunk_bytes[chunk]; ++chunk) offset -= source.spec->chunk_bytes[chunk];
  for (; done < count; ++chunk, offset = 0) {
    const std::size_t now = std::min<std::size_t>(count - done, source.spec->chunk_bytes[chunk] - offset);
    read_chunk(*source.spec, chunk, offset, std::span(bytes).subspan(done, now));
    done += now;
  }
  return bytes;
}

void MemoryStore::read(const effect::ReadSource& read, Inputs& out) {
  const auto it = sources_.find(read.job);
  if (it == sources_.end() || read.offset + read.bytes_max > it->second.size || disk_fails()) {
    out.push_back(input::SourceRead{read.job, read.offset, fail(Errc::io)});
    return;
  }
  auto bytes = std::make_shared<const Bytes>(bytes_of(it->second, read.offset, read.bytes_max));
  out.push_back(input::SourceRead{read.job, read.offset, std::move(bytes)});
}

void MemoryStore::find(const effect::FindMedia& find, Inputs& out) {
  input::MediaFound found{find.job, {}};
  for (const Sha256& id : find.media) {
    const auto it = media_.find(id);
    const auto feeds = naming(id);
    if (it != media_.end() && it->second.complete && std::find(feeds.begin(), feeds.end(), find.feed) != feeds.end()) {
      found.complete.push_back(id);
    }
  }
  out.push_back(std::move(found));
}

// --- media ------------------------------------------------------------------------------------------------------------------

void MemoryStore::tell_needs(Inputs& out) {
  for (auto it = media_.begin(); it != media_.end();) {
    const bool named = !naming(it->first).empty();
    if (!it->second.complete) {
      if (named) out.push_back(input::MediaNeeded{need(it->second)});
      else out.push_back(input::MediaUnneeded{it->first});
    }
    it = named ? std::next(it) : media_.erase(it);
  }
}

void MemoryStore::tell_media(const Sha256& media, Inputs& out) const {
  const auto it = media_.find(media);
  if (it == media_.end() || naming(media).empty()) out.push_back(input::MediaUnneeded{media});
  else if (it->second.complete) out.push_back(input::MediaComplete{media});
  else out.push_back(input::MediaNeeded{need(it->second)});
}

std::vector<FeedId> MemoryStore::naming(const Sha256& media) const {
  std::vector<FeedId> feeds;
  for (const auto& [id, feed] : feeds_) {
    if (feed.chain.empty()) continue;
    const SimCommit& head = feed.top;
    const auto same = [&](const MediaSpec& spec) { return spec.media == media; };
    if (std::any_of(head.media.begin(), head.media.end(), same)) feeds.push_back(id);
  }
  return feeds;
}

MediaNeed MemoryStore::need(const Media& media) const {
  const MediaSpec& spec = media.spec;
  MediaNeed needed{spec.media, spec.bytes(), chunk_list(spec), spec.chunk_bytes, media.held, naming(spec.media)};
  needed.due = std::ranges::any_of(needed.feeds, [&](const FeedId& feed) { return due.contains(feed); });
  return needed;
}

void MemoryStore::write(const effect::WriteRun& write, Inputs& out) {
  if (disk_fails()) {
    out.push_back(input::SliceTaken{write.job, fail(Errc::disk_full)});
    return;
  }
  out.push_back(input::SliceTaken{write.job, {}});
  const auto it = media_.find(write.media);
  if (it == media_.end()) {
    out.push_back(input::ChunksStored{write.job, write.media, write.first, write.count, fail(Errc::cancelled)});
    return;
  }
  Media& media = it->second;
  Run& run = runs_[write.job];
  for (ByteView rest = *write.bytes; !rest.empty() && run.settled < write.count;) {
    const std::uint32_t chunk = write.first + run.settled;
    const std::size_t now = std::min<std::size_t>(rest.size(), media.spec.chunk_bytes.at(chunk) - run.came);
    Bytes expected(now);
    read_chunk(media.spec, chunk, run.came, expected);
    run.right = run.right && std::ranges::equal(rest.first(now), expected);
    run.came += now;
    rest = rest.subspan(now);
    if (run.came == media.spec.chunk_bytes[chunk]) settle(write, run, media, out);
  }
  if (write.last) {
    if (run.settled < write.count) {
      out.push_back(
          input::ChunksStored{write.job, write.media, write.first + run.settled, write.count - run.settled, fail(Errc::chunk_bad)});
    }
    runs_.erase(write.job);
  }
  if (!media.complete && std::all_of(media.held.begin(), media.held.end(), [](bool held) { return held; })) {
    media.complete = true;
    out.push_back(input::MediaComplete{write.media});
  }
}

void MemoryStore::settle(const effect::WriteRun& write, Run& run, Media& media, Inputs& out) {
  const std::uint32_t chunk = write.first + run.settled;
  if (run.right) {
    media.held[chunk] = true;
    constexpr std::size_t syncs_after = 8;
    if (unsynced_.size() >= syncs_after) unsynced_.clear();
    unsynced_.emplace_back(write.media, chunk);
  }
  out.push_back(input::ChunksStored{write.job, write.media, chunk, 1, run.right ? Status() : fail(Errc::chunk_bad)});
  run = {.settled = run.settled + 1};
}

// --- members -----------------------------------------------------------------------------------------------------------

void MemoryStore::admit_member(const effect::Admit& admit, Inputs& out) {
  if (!admission) {
    out.push_back(input::Admitted{admit.job, fail(Errc::not_federation)});
    return;
  }
  auto admitted = admission(admit.request);
  if (!admitted) {
    out.push_back(input::Admitted{admit.job, fail(admitted.error().code)});
    return;
  }
  out = std::move(*admitted);
  out.push_back(input::Admitted{admit.job, {}});
}

}  // namespace essaimage::sim
