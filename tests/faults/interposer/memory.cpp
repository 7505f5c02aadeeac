// Allocations, in place of libc's: operator new of libstdc++ comes here, too.
#include <cerrno>
#include <cstddef>

#include "tests/faults/interposer/plan.hpp"

#define SEEN extern "C" __attribute__((visibility("default")))

extern "C" {
void* __libc_malloc(std::size_t bytes);
void* __libc_calloc(std::size_t count, std::size_t bytes);
void* __libc_realloc(void* at, std::size_t bytes);
}

namespace {

void* no_memory() {
  errno = ENOMEM;
  return nullptr;
}

}  // namespace

SEEN void* malloc(std::size_t bytes) { return essaimage::faults::allocation_happens() ? __libc_malloc(bytes) : no_memory(); }
SEEN void* calloc(std::size_t count, std::size_t bytes) {
  return essaimage::faults::allocation_happens() ? __libc_calloc(count, bytes) : no_memory();
}
SEEN void* realloc(void* at, std::size_t bytes) {
  return essaimage::faults::allocation_happens() ? __libc_realloc(at, bytes) : no_memory();
}
