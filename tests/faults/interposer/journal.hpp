#pragma once
// The journal that libfaults.so writes of every change below the home: what a disk was told, in order.
// A record: kind (1 byte: 'c' created, 'w' written, 't' truncated, 'r' renamed, 'l' linked, 'u' unlinked, 'm' folder made,
// 'd' folder removed, 's' synced, 'S' file system synced, '!' mark), inode u64, offset u64 (of 't': the new length), then
// three texts, each u32 length and bytes: path, second path (of 'r' and 'l'), data (of 'w'). Numbers are little endian.
// Thread rule: called while the Call of the change lives; marks from any thread.

#include <sys/types.h>

#include <cstddef>
#include <cstdint>

#include "tests/faults/interposer/plan.hpp"

namespace essaimage::faults {

void journal_begin(int fd);
void journal_mark(const char* text);
/// A change of names; `second` of a rename or link.
void journal_name(char record, const Place& place, const Place& second = {});
/// A change or sync of what a descriptor names.
void journal_file(char record, int fd, const Place& place, std::uint64_t offset = 0, const void* data = nullptr, std::size_t bytes = 0);

}  // namespace essaimage::faults
