#include "tests/faults/interposer/plan.hpp"

#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>

#include "tests/faults/interposer/journal.hpp"

#define SEEN __attribute__((visibility("default")))

namespace essaimage::faults {
namespace {

enum class Fault { none, kill_before, kill_after, fail, shorten, alloc };

struct Named {
  const char* name;
  int number;
};
constexpr Named errors[] = {{"EIO", EIO},       {"ENOSPC", ENOSPC}, {"EDQUOT", EDQUOT},
                            {"EMFILE", EMFILE}, {"ENOMEM", ENOMEM}, {"EACCES", EACCES}};
constexpr const char* kind_names[kinds] = {"open", "create", "read",  "write", "truncate", "rename",
                                           "link", "unlink", "mkdir", "rmdir", "sync",     "map"};

Fault fault = Fault::none;
std::uint64_t nth = 0;
bool always = false;
int error_number = 0;
bool fails[kinds] = {};
char home[path_bytes_max] = {};
std::size_t home_bytes = 0;
int report = -1;

std::atomic<bool> armed{false};
std::atomic<std::uint64_t> counted{0}, allocations{0};
std::atomic<std::uint64_t> calls[kinds];
pthread_mutex_t one_change = PTHREAD_MUTEX_INITIALIZER;

/// Of a change: reading and opening are none.
bool is_change(Kind kind) { return kind != Kind::open && kind != Kind::read && kind != Kind::map; }
/// What `short` counts.
bool is_write(Kind kind) { return kind == Kind::write; }

void say(const char* what, const char* detail, std::uint64_t number, const char* path) {
  if (report < 0) return;
  char line[path_bytes_max + 128];
  const int length = std::snprintf(line, sizeof line, "%s %s %llu %s\n", what, detail, static_cast<unsigned long long>(number), path);
  if (length > 0) ::syscall(SYS_write, report, line, static_cast<std::size_t>(length));
}

/// Of the number-th call that is counted: is it its turn?
bool is_turn(std::uint64_t number) { return always ? number >= nth : number == nth; }

void parse_kinds(char* list) {
  char* rest = nullptr;
  for (char* word = ::strtok_r(list, ",", &rest); word != nullptr; word = ::strtok_r(nullptr, ",", &rest)) {
    for (int kind = 0; kind < kinds; ++kind) {
      if (std::strcmp(word, kind_names[kind]) == 0 || std::strcmp(word, "all") == 0) fails[kind] = true;
    }
  }
}

void parse_fault(const char* text) {
  char what[16] = {}, how[16] = {}, error[16] = {}, list[256] = {};
  unsigned long long number = 0;
  if (std::sscanf(text, "kill %15s %llu", how, &number) == 2) {
    fault = std::strcmp(how, "before") == 0 ? Fault::kill_before : Fault::kill_after;
  } else if (std::sscanf(text, "%15s %llu %15s %15s %255s", what, &number, how, error, list) >= 3) {
    fault = std::strcmp(what, "fail") == 0 ? Fault::fail : std::strcmp(what, "short") == 0 ? Fault::shorten : Fault::alloc;
    always = std::strcmp(how, "always") == 0;
    for (const Named& each : errors) {
      if (std::strcmp(error, each.name) == 0) error_number = each.number;
    }
    parse_kinds(list);
  } else {
    std::fprintf(stderr, "libfaults: cannot understand \"%s\"\n", text);
    ::_exit(99);
  }
  nth = number;
}

__attribute__((constructor)) void begin() {
  const char* const folder = std::getenv("ESSAIMAGE_FAULTS_HOME");
  if (folder == nullptr) return;
  std::snprintf(home, sizeof home, "%s", folder);
  const auto open_own = [](const char* path) {
    return static_cast<int>(::syscall(SYS_openat, AT_FDCWD, path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600));
  };
  if (const char* path = std::getenv("ESSAIMAGE_FAULTS_REPORT")) report = open_own(path);
  if (const char* path = std::getenv("ESSAIMAGE_FAULTS_JOURNAL")) journal_begin(open_own(path));
  if (const char* text = std::getenv("ESSAIMAGE_FAULTS")) parse_fault(text);
  home_bytes = std::strlen(home);  // last: from here on calls are looked at
}

__attribute__((destructor)) void end() {
  for (int kind = 0; kind < kinds; ++kind) say("count", kind_names[kind], calls[kind], "");
  say("count", "alloc", allocations, "");
}

bool is_inside(const char* path) {
  return home_bytes > 0 && std::strncmp(path, home, home_bytes) == 0 && (path[home_bytes] == '/' || path[home_bytes] == 0);
}

}  // namespace

const char* name_of(Kind kind) { return kind_names[static_cast<int>(kind)]; }

Place place_of(int folder, const char* path) {
  Place place;
  if (home_bytes == 0 || path == nullptr) return place;
  if (path[0] == '/' || folder == AT_FDCWD) {
    if (is_inside(path)) std::snprintf(place.path, sizeof place.path, "%s", path);
    return place;
  }
  const Place parent = place_of(folder);
  if (parent && std::snprintf(place.path, sizeof place.path, "%s/%s", parent.path, path) < 0) place.path[0] = 0;
  return place;
}

Place place_of(int fd) {
  Place place;
  if (home_bytes == 0 || fd < 0) return place;
  char link[64];
  std::snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
  const int before = errno;
  const auto length = ::syscall(SYS_readlinkat, AT_FDCWD, link, place.path, sizeof place.path - 1);
  errno = before;
  place.path[length > 0 ? length : 0] = 0;
  if (!is_inside(place.path)) place.path[0] = 0;
  return place;
}

Call::Call(Kind kind, const Place& place) : changes_(place && is_change(kind)) {
  if (!place) return;
  if (changes_) ::pthread_mutex_lock(&one_change);
  if (!armed) return;
  ++calls[static_cast<int>(kind)];
  const bool kill_counts = changes_ && (fault == Fault::kill_before || fault == Fault::kill_after);
  const bool counts = kill_counts || (fault == Fault::fail && fails[static_cast<int>(kind)]) || (fault == Fault::shorten && is_write(kind));
  if (!counts) return;
  const std::uint64_t number = ++counted;
  if (!is_turn(number)) return;
  say(fault == Fault::kill_before ? "before" : fault == Fault::kill_after ? "after" : "fault", name_of(kind), number, place.path);
  if (fault == Fault::kill_before) ::kill(::getpid(), SIGKILL);
  kills_ = fault == Fault::kill_after;
  shortens_ = fault == Fault::shorten;
  error_ = fault == Fault::fail ? error_number : 0;
}

Call::~Call() {
  if (kills_) ::kill(::getpid(), SIGKILL);
  if (changes_) ::pthread_mutex_unlock(&one_change);
}

bool allocation_happens() {
  if (!armed) return true;
  const std::uint64_t number = ++allocations;
  if (fault != Fault::alloc || !is_turn(number)) return true;
  if (number == nth) say("fault", "alloc", number, "");
  return false;
}

}  // namespace essaimage::faults

extern "C" {
SEEN void essaimage_faults_arm() {
  essaimage::faults::journal_mark("armed");
  essaimage::faults::armed = true;
}
SEEN void essaimage_faults_disarm() {
  essaimage::faults::armed = false;
  essaimage::faults::journal_mark("disarmed");
}
SEEN void essaimage_faults_mark(const char* text) { essaimage::faults::journal_mark(text); }
}
