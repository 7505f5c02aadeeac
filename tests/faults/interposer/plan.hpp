#pragma once
// What libfaults.so does with the calls of a process, as its environment says. It looks only at files below one folder.
//   ESSAIMAGE_FAULTS_HOME     that folder, absolute
//   ESSAIMAGE_FAULTS_JOURNAL  every change of a file below it is written here, in order (journal.hpp)
//   ESSAIMAGE_FAULTS_REPORT   one line for each fault that was made, and how many calls there were of each kind
//   ESSAIMAGE_FAULTS_BOOT     a file that is read in place of the kernel's boot_id
//   ESSAIMAGE_FAULTS          one fault, counted from 1 while it is armed:
//       kill before N | kill after N              SIGKILL at the N-th change
//       fail N once|always ERRNO KIND,KIND...     that errno from the N-th call of these kinds
//       short N once|always                       the N-th writing writes half
//       alloc N once|always                       the N-th allocation has no memory
// A driver arms it: essaimage_faults_arm(), essaimage_faults_disarm(), essaimage_faults_mark(text), by dlsym.
// Thread rule: everything from any thread. Nothing here allocates.

#include <sys/types.h>

#include <cstddef>
#include <cstdint>

namespace essaimage::faults {

enum class Kind : std::uint8_t { open, create, read, write, truncate, rename, link, unlink, mkdir, rmdir, sync, map };
inline constexpr int kinds = 12;
const char* name_of(Kind kind);

constexpr std::size_t path_bytes_max = 1024;
/// A path below the home, or nothing.
struct Place {
  char path[path_bytes_max] = {};
  explicit operator bool() const { return path[0] != 0; }
};
Place place_of(int folder, const char* path);
Place place_of(int fd);

/// One call on its way. While it lives, no other change of a file below the home happens, so that the journal has the order.
class Call {
 public:
  Call(Kind kind, const Place& place);
  ~Call();  ///< and SIGKILL, if it is to be killed after this one
  Call(const Call&) = delete;
  Call& operator=(const Call&) = delete;

  int error() const { return error_; }  ///< what it is to fail with instead of happening; 0: it happens
  bool shortens() const { return shortens_; }

 private:
  bool changes_ = false, kills_ = false, shortens_ = false;
  int error_ = 0;
};

/// False: no memory for this allocation.
bool allocation_happens();

}  // namespace essaimage::faults
