#pragma once
// The tables of state.sqlite, and opening the file in whatever condition it is. For store/state
// alone.
//
// The tables of the index are never migrated: a file of another schema version loses them and is
// indexed again. The kept tables (witness, frozen, value, choice, deadline) keep their form for ever; a later
// need adds a table, which is made in an older file when it is opened.

#include <vector>

#include "store/state/sqlite.hpp"

namespace essaimage::store {

struct OpenedState {
  std::unique_ptr<sql::Database> reader, writer;
  bool rebuilt = false;  ///< the index is empty
  bool lost = false;     ///< because there was none, or a damaged one
};

/// Errc::io or Errc::disk_full; a damaged file is set aside.
Result<OpenedState> open_state(const Path& file);

/// The next open_state() checks the whole file: something in it turned out to be damaged.
void mark_suspect(const Path& file);
bool is_suspect(const Path& file);

/// Files of a damaged one that was set aside beside it.
std::vector<Path> files_set_aside(const Path& file);

/// SQLite's integers are signed; this keeps the order of all unsigned ones.
inline std::int64_t ordered(std::uint64_t value) { return static_cast<std::int64_t>(value ^ (std::uint64_t{1} << 63)); }
inline std::uint64_t from_ordered(std::int64_t value) { return static_cast<std::uint64_t>(value) ^ (std::uint64_t{1} << 63); }

}  // namespace essaimage::store
