#include "store/healing/mend_texts.hpp"

#include <algorithm>

#include "proto/limits.hpp"
#include "store/git/salvage.hpp"
#include "store/library/library_impl.hpp"

namespace essaimage::store {
namespace {

/// Read at a time, so that whatever else changes the library does not wait long: a second or two.
constexpr std::uint64_t look_bytes = 32 * limits::MiB;

// Small values of the index, one name a line.
constexpr std::string_view lacking_key = "feeds that lack objects";
constexpr std::string_view packs_key = "packs";

bool is_damage(const Error& error) { return error.code == Errc::object_missing || error.code == Errc::corrupt; }

std::set<std::string> lines_of(std::string_view text) {
  std::set<std::string> lines;
  while (!text.empty()) {
    const auto end = std::min(text.find('\n'), text.size());
    if (end > 0) lines.emplace(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return lines;
}

std::string text_of_lines(const std::set<std::string>& lines) {
  std::string text;
  for (const auto& line : lines) text += line + "\n";
  return text;
}

/// Names and sizes.
std::set<std::string> packs_of(const Layout& layout) {
  std::set<std::string> names;
  std::error_code error;
  for (std::filesystem::directory_iterator it(layout.packs(), error), end; !error && it != end; it.increment(error)) {
    if (it->path().extension() != ".pack") continue;
    names.insert(it->path().filename().string() + " " + std::to_string(store::file_size(it->path()).value_or(0)));
  }
  return names;
}

}  // namespace

void TextMender::suspect(const FeedId& feed, const Error& why) {
  // What is known to lack something comes anew by itself; to read it again at each question would be everybody's lever.
  if (is_damage(why) && !library_.picture()->lacking.contains(feed)) look_again(feed);
}

void TextMender::look_again(const FeedId& feed) {
  const std::lock_guard lock(mutex_);
  suspects_.insert(feed);
}

void TextMender::suspect_centre(const std::string& slug, const Error& why) {
  const auto picture = library_.picture();
  for (const auto& [feed, head] : picture->heads) {
    if (feed.centre == slug) suspect(feed, why);
  }
}

void TextMender::suspect_any(const Error& why) {
  const auto picture = library_.picture();
  if (is_damage(why) && picture->lacking.empty()) look_at_all(*picture);
}

/// One pass at a time: whatever asks for another meanwhile is answered by that.
void TextMender::look_at_all(const Picture& picture) {
  const std::lock_guard lock(mutex_);
  if (std::exchange(all_pending_, true)) return;
  for (const auto& [feed, head] : picture.heads) suspects_.insert(feed);
}

bool TextMender::has_suspects() const {
  const std::lock_guard lock(mutex_);
  return !suspects_.empty();
}

std::optional<FeedId> TextMender::next_suspect() {
  const std::lock_guard lock(mutex_);
  if (suspects_.empty()) return std::nullopt;
  return suspects_.extract(suspects_.begin()).value();
}

Status TextMender::start(Picture& picture) {
  TRY(const auto lacking, library_.state_->get(std::string(lacking_key)));
  for (const auto& name : lines_of(lacking.value_or(""))) {
    const auto feed = FeedId::parse(name);
    if (!feed || !picture.heads.contains(*feed)) continue;
    picture.lacking.insert(*feed);
    look_again(*feed);  // and the core is told
  }
  TRY(const bool all_there, record_packs({}));
  if (!all_there) look_at_all(picture);
  return {};
}

std::set<std::string> TextMender::packs() const { return packs_of(library_.layout_); }

/// False if one is gone that was recorded and is not in `removed`: that is not forgotten before all feeds were looked at.
Result<bool> TextMender::record_packs(const std::set<std::string>& removed) {
  const auto present = packs();
  TRY(const auto recorded, library_.state_->get(std::string(packs_key)));
  for (const auto& name : lines_of(recorded.value_or(""))) {
    if (present.contains(name) || removed.contains(name)) continue;
    library_.note({Errc::object_missing, "a pack is not there any more, or not whole; what was in it alone is fetched anew"},
                  (library_.layout_.packs() / name.substr(0, name.find(' '))).string());
    return false;
  }
  const auto text = text_of_lines(present);
  if (recorded != text) CHECK_OK(library_.state_->put(std::string(packs_key), text));
  return true;
}

Status TextMender::packs_changed(const std::set<std::string>& before) {
  auto removed = before;
  for (const auto& name : packs()) removed.erase(name);
  TRY(const bool all_there, record_packs(removed));
  if (!all_there) look_at_all(*library_.picture());
  return {};
}

Status TextMender::look() {
  Looking looking;
  std::set<FeedId> failed;
  Status status;
  while (looking.bytes < look_bytes) {
    const auto feed = next_suspect();
    if (!feed) break;
    if (auto looked = look_at(*feed, looking); !looked) {
      failed.insert(*feed);
      status = looked;
    }
  }
  for (const auto& feed : failed) look_again(feed);
  if (!has_suspects()) {
    const std::lock_guard changing(library_.changing_);
    CHECK_OK(library_.read_again());
  }
  if (!all_looked_at()) return status;
  // A pack that had gone is no news any more.
  return library_.state_->put(std::string(packs_key), text_of_lines(packs()));
}

/// True once, when a pass over all has ended.
bool TextMender::all_looked_at() {
  const std::lock_guard lock(mutex_);
  return suspects_.empty() && std::exchange(all_pending_, false);
}

void TextMender::salvage_once(Looking& looking) {
  if (std::exchange(looking.salvaged, true)) return;
  // If it fails (a full disk), what is damaged is fetched all the same.
  if (const auto salvaged = salvage_packs(); !salvaged) library_.note(salvaged.error(), library_.layout_.packs().string());
}

Status TextMender::look_at(const FeedId& feed, Looking& looking) {
  const auto picture = library_.picture();
  const auto head = picture->head(feed);
  if (!head) {  // the refs name one that cannot be read; it is fetched anew already, if it does not show itself again
    salvage_once(looking);
    return {};
  }
  const auto count = [&](std::uint64_t bytes) {
    looking.bytes += bytes;
    return true;
  };
  auto damage = library_.damage_of(*head, picture->roster.get(), count);
  // Also where none was met: an object may lie in two packs, and which copy is read is chance (that of the last pack that had anything).
  if (!looking.salvaged) {
    salvage_once(looking);
    if (damage) damage = library_.damage_of(*head, picture->roster.get(), count);
  }
  const std::lock_guard changing(library_.changing_);
  if (library_.picture()->head(feed) != head) {
    look_again(feed);  // it went on meanwhile
    return {};
  }
  if (damage) library_.note(*damage, feed.str());
  return damage ? set_lacking(*head) : set_whole(*head);
}

Status TextMender::packs_damaged() { return salvage_packs(); }

/// Damage becomes absence: what is lacking is fetched, and what is half there is not. A pack holds objects of many feeds.
Status TextMender::salvage_packs() {
  const auto before = packs();
  TRY(auto salvage, Salvage::prepare(library_.layout_));
  // What was read as damaged and is right on the disk has been replaced there, under its old name, and is mapped as it was before.
  if (salvage.damaged().empty()) return library_.objects_->release_memory();
  for (const auto& path : salvage.damaged()) library_.note({Errc::corrupt, "it was damaged; what is right of it was kept"}, path.string());
  look_at_all(*library_.picture());
  {
    const std::unique_lock packs(library_.packs_mutex_);
    const std::lock_guard changing(library_.changing_);
    CHECK_OK(salvage.finish(*library_.objects_));
  }
  return packs_changed(before);
}

// --- of one feed; `changing_` is held

Status TextMender::set_lacking(const Head& head) {
  auto next = std::make_shared<Picture>(*library_.picture());
  next->lacking.insert(head.feed);
  library_.set_picture(next);
  library_.tell(change::ObjectsLost{head.feed});
  return record_lacking();
}

Status TextMender::set_whole(const Head& head) {
  // What could not be read when it was to be indexed can be now.
  TRY(const auto indexed, library_.state_->indexed());
  const auto it = indexed.find(head.feed);
  if (it == indexed.end() || it->second != head) library_.behind_ = true;
  const auto before = library_.picture();
  if (!before->lacking.contains(head.feed)) return {};
  TRY(auto raw, library_.objects_->read(head.commit, ObjectType::commit));
  auto next = std::make_shared<Picture>(*before);
  next->lacking.erase(head.feed);
  library_.set_picture(next);
  library_.tell(change::HeadChanged{head, std::make_shared<const Bytes>(std::move(raw)), false});
  return came_anew(head.feed);
}

Status TextMender::record_lacking() {
  std::set<std::string> names;
  const auto picture = library_.picture();
  for (const auto& feed : picture->lacking) names.insert(feed.str());
  return library_.state_->put(std::string(lacking_key), text_of_lines(names));
}

Status TextMender::came_anew(const FeedId& feed) {
  forget_damage(feed);
  return record_lacking();
}

/// What was noted of it is mended.
void TextMender::forget_damage(const FeedId& feed) {
  const std::string name = feed.str();
  const std::lock_guard lock(library_.problems_mutex_);
  std::erase_if(library_.problems_, [&](const Problem& problem) {
    return is_damage(problem.error) && (problem.where == name || problem.where.starts_with(name + " "));
  });
}

}  // namespace essaimage::store
