#include "store/disk/unreadable_pages.hpp"

#include <sys/mman.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <csignal>
#include <cstdint>

#include "proto/error.hpp"

namespace essaimage::store {
namespace {

std::uintptr_t page_bytes = 4096;
std::atomic<std::uint64_t> met{0};

/// Nothing but system calls: it may interrupt anything.
void put_zeros(int number, siginfo_t* info, void*) {
  const int before = errno;
  ++met;
  const auto address = reinterpret_cast<std::uintptr_t>(info->si_addr);
  void* const page = reinterpret_cast<void*>(address - address % page_bytes);
  const bool of_a_file = info->si_code == BUS_ADRERR;  // and not of broken memory
  if (!of_a_file || ::mmap(page, page_bytes, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0) != page) {
    ::signal(number, SIG_DFL);  // it comes again at once, and ends the process
  }
  errno = before;
}

}  // namespace

std::uint64_t unreadable_pages() { return met; }

void survive_unreadable_pages() {
  page_bytes = static_cast<std::uintptr_t>(::sysconf(_SC_PAGESIZE));
  struct sigaction action {};
  action.sa_sigaction = put_zeros;
  action.sa_flags = SA_SIGINFO | SA_NODEFER;
  ESSAIMAGE_ASSERT(::sigaction(SIGBUS, &action, nullptr) == 0);
}

}  // namespace essaimage::store
