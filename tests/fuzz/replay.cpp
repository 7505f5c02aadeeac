// fuzz_replay: the corpus of each target and fixed changes of it, with any compiler, as a test.
//   fuzz_replay CORPUS [TARGET...]           all files and changes; what a "valid-" or "hostile-" file must be is checked
//   fuzz_replay --one TARGET FILE            one input: what it takes to look at a finding
//   fuzz_replay --write CORPUS [TARGET...]   writes the seeds (after a change of a format that is meant)

#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>

#include "tests/fuzz/change.hpp"
#include "tests/fuzz/target.hpp"

// Of the sanitizers' runtime, where there is one: their reports do not end by a signal.
extern "C" void __sanitizer_set_death_callback(void (*callback)()) __attribute__((weak));

namespace {

using namespace essaimage;
using namespace essaimage::fuzz;
namespace fs = std::filesystem;

/// The input that is under way, for who ends on it.
struct {
  const char* target = "";
  std::string file;
  unsigned change = 0;
  const Bytes* bytes = nullptr;
} now;

/// Keeps the input as a file: it becomes one of the corpus.
void keep_input() {
  if (now.bytes == nullptr) return;
  const std::string name = std::string("fuzz-found-") + now.target;
  std::ofstream(name, std::ios::binary)
      .write(reinterpret_cast<const char*>(now.bytes->data()), static_cast<std::streamsize>(now.bytes->size()));
  std::fprintf(stderr, "%s: %s, change %u: kept as %s\n", now.target, now.file.c_str(), now.change, name.c_str());
  now.bytes = nullptr;
}

void on_signal(int signal) {
  keep_input();
  std::signal(signal, SIG_DFL);
  std::raise(signal);
}

bool run(const Target& target, const std::string& file, unsigned change, const Bytes& bytes) {
  now = {target.name, file, change, &bytes};
  const bool accepted = target.run(bytes);
  now.bytes = nullptr;
  return accepted;
}

Bytes read(const fs::path& file) {
  std::ifstream in(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

/// The complaints.
int replay(const Target& target, const fs::path& folder) {
  std::map<std::string, Bytes> files;
  std::error_code none;
  for (const auto& entry : fs::directory_iterator(folder / target.name, none)) files[entry.path().filename().string()] = read(entry);
  int wrong = 0;
  if (files.empty()) {
    std::fprintf(stderr, "%s: no corpus\n", target.name);
    return 1;
  }
  std::size_t accepted = 0, runs = 0;
  auto other = files.begin();
  for (const auto& [name, bytes] : files) {
    const bool good = run(target, name, 0, bytes);
    if ((name.starts_with("valid-") && !good) || (name.starts_with("hostile-") && good)) {
      std::fprintf(stderr, "%s: %s was %s\n", target.name, name.c_str(), good ? "accepted" : "refused");
      ++wrong;
    }
    for (unsigned change = 1; change <= target.changes; ++change, ++runs) {
      if (++other == files.end()) other = files.begin();
      accepted += run(target, name, change, changed(bytes, change * 1'000'003ULL + bytes.size(), other->second)) ? 1U : 0U;
    }
  }
  std::printf("%-12s %3zu files, %6zu changes of them, %5zu accepted\n", target.name, files.size(), runs, accepted);
  return wrong;
}

void write(const Target& target, const fs::path& folder) {
  fs::create_directories(folder / target.name);
  for (const Seed& seed : target.seeds()) {
    std::ofstream(folder / target.name / seed.name, std::ios::binary)
        .write(reinterpret_cast<const char*>(seed.bytes.data()), static_cast<std::streamsize>(seed.bytes.size()));
  }
}

}  // namespace

int main(int count, char** values) {
  std::setvbuf(stdout, nullptr, _IOLBF, 0);
  std::vector<std::string> arguments(values + 1, values + count);
  // Some targets write files, and nothing of that has to last.
  if (fs::is_directory("/dev/shm")) ::setenv("TMPDIR", "/dev/shm", 0);
  for (const int signal : {SIGABRT, SIGSEGV, SIGFPE, SIGBUS, SIGILL}) std::signal(signal, on_signal);
  if (__sanitizer_set_death_callback != nullptr) __sanitizer_set_death_callback(keep_input);

  if (arguments.size() == 3 && arguments[0] == "--one") {
    const Target* target = find_target(arguments[1]);
    if (target == nullptr) return 2;
    std::puts(run(*target, arguments[2], 0, read(arguments[2])) ? "accepted" : "refused");
    return 0;
  }
  const bool writes = !arguments.empty() && arguments[0] == "--write";
  if (writes) arguments.erase(arguments.begin());
  if (arguments.empty()) return 2;
  const fs::path folder = arguments[0];
  int wrong = 0;
  for (const Target& target : targets()) {
    if (arguments.size() > 1 && std::find(arguments.begin() + 1, arguments.end(), target.name) == arguments.end()) continue;
    if (writes) write(target, folder);
    else wrong += replay(target, folder);
  }
  return wrong == 0 ? 0 : 1;
}
