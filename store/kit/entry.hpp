#pragma once
// entry.toml: the generated record of one published version of a kit, inside the kit's signed tree. It has one byte form.
//
// What lies in it and why: `format`, so that a reader knows what it may not understand; `centre` and `slug`, so that the
// kit's tree id, by which statements name a version, is bound to its id and cannot be shown as another centre's; `version`,
// counted per kit over all its audiences; `published`, the author's clock (shown only); `note`, one line on what changed.
// The audience is not in it: the same tree is published to a wider audience unchanged. What the tree itself tells (files,
// sizes, media) is not repeated: it could only be wrong.

#include <cstdint>
#include <string>
#include <string_view>

#include "proto/ids.hpp"
#include "proto/time.hpp"

namespace essaimage::kit {

inline constexpr std::string_view entry_name = "entry.toml";
inline constexpr std::uint64_t entry_version_max = 1'000'000'000;
inline constexpr std::size_t entry_note_bytes_max = 500;

struct Entry {
  KitId kit;
  std::uint64_t version = 1;
  Timestamp published;
  std::string note;  ///< one line of UTF-8 (NFC), no control characters; may be empty

  bool operator==(const Entry&) const = default;
};

/// Fails if a field is out of its bounds (a note of two lines, version 0, a year outside 1970 to 9999).
Status check_entry(const Entry& entry);

/// The one byte form, of an entry that passes check_entry.
std::string encode_entry(const Entry& entry);

/// Accepts exactly what encode_entry writes.
Result<Entry> parse_entry(std::string_view text);

}  // namespace essaimage::kit
