// refusals: what it costs a node to refuse a hostile transfer, in processor time and memory, each in a process of its own.
// The promise is 256 MB, and one second and one more for each megabyte that was sent: that much may unfold to 100 times its length,
// and each object of it is hashed before anything can be judged (limits::pack_inflation_ratio_max). A transfer that is not refused,
// or that costs ten times that, is an error; the figures themselves are for who reads them.

#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>
#include <fstream>

#include "proto/limits.hpp"
#include "store/feed/receive.hpp"
#include "tests/hostile/cases.hpp"
#include "tests/support/test_feed.hpp"

namespace {

using namespace essaimage;
using namespace essaimage::hostile;
using namespace essaimage::store;
namespace fs = std::filesystem;

constexpr double seconds_max = 1.0, seconds_per_megabyte = 1.0, megabytes_max = 256.0, margin = 10.0;
const FeedId region{"mdq-wazemmes", {}};

struct Cost {
  double seconds = 0, megabytes = 0;
  bool good = false;
};

/// In a process of its own.
Cost measured(const std::function<bool()>& work) {
  std::fflush(stdout);
  const pid_t child = ::fork();
  if (child == 0) {
    const bool good = work();
    std::fflush(stdout);
    ::_exit(good ? 0 : 1);
  }
  int status = 0;
  rusage usage{};
  ::wait4(child, &status, 0, &usage);
  const auto seconds = [](const timeval& time) { return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6; };
  return {seconds(usage.ru_utime) + seconds(usage.ru_stime), static_cast<double>(usage.ru_maxrss) / 1024,
          WIFEXITED(status) && WEXITSTATUS(status) == 0};
}

void write(const fs::path& file, ByteView bytes) { test::write_text(file, text_of(bytes)); }

/// One reception, slice by slice, in a library of its own.
Status receive(const fs::path& commit_file, const fs::path& parcel_file) {
  test::TestLibrary library;
  const Roster roster = test::roster_of({"federation", "mdq-wazemmes"});
  const std::string commit = test::read_text(commit_file);
  TRY(const auto incoming, IncomingParcel::create(library.layout()));
  std::ifstream in(parcel_file, std::ios::binary);
  for (Bytes slice(limits::slice_bytes_max); in;) {
    in.read(reinterpret_cast<char*>(slice.data()), static_cast<std::streamsize>(slice.size()));
    CHECK_OK(incoming->append(ByteView(slice).first(static_cast<std::size_t>(in.gcount()))));
  }
  TRY(const auto indexed, index_pack(*incoming, region, bytes_of(commit), library.objects()));
  TRY(const auto checked, check_pack(indexed, region, bytes_of(commit), ReceiveContext{roster, {}, {}, false, {}}));
  return {};
}

bool print(const Case& each, std::uint64_t bytes, std::size_t transfers, const Cost& cost) {
  const double seconds = seconds_max + seconds_per_megabyte * static_cast<double>(bytes) / limits::MiB;
  const bool dear = cost.seconds > margin * seconds || cost.megabytes > margin * megabytes_max;
  std::printf("%-46s %4zu %10.1f %8.2f %8.0f   %s\n", each.name.c_str(), transfers, static_cast<double>(bytes) / 1024, cost.seconds,
              cost.megabytes,
              !cost.good    ? (each.honest ? "NOT ACCEPTED" : "NOT REFUSED")
              : dear        ? "TOO DEAR"
              : each.honest ? "accepted"
                            : "refused");
  return cost.good && !dear;
}

bool parcel_case(const Case& each) {
  const test::TempFolder folder;
  // Made in a process of its own, too: what a process once had counts as its memory.
  const Cost made = measured([&] {
    std::size_t number = 0;
    for (const Transfer& transfer : each.make()) {
      write(folder / ("commit-" + std::to_string(number)), transfer.commit);
      write(folder / ("parcel-" + std::to_string(number++)), transfer.parcel);
    }
    return number > 0;
  });
  if (!made.good) return print(each, 0, 0, made);
  std::uint64_t bytes = 0;
  Cost most{0, 0, true};
  std::size_t number = 0;
  for (; fs::exists(folder / ("parcel-" + std::to_string(number))); ++number) {
    const auto parcel = folder / ("parcel-" + std::to_string(number));
    bytes = std::max<std::uint64_t>(bytes, fs::file_size(parcel));
    const Cost cost = measured([&] {
      const Status verdict = receive(folder / ("commit-" + std::to_string(number)), parcel);
      if (verdict.has_value() != each.honest)
        std::printf("  number %zu: %s\n", number, verdict ? "accepted" : to_line(verdict.error()).c_str());
      // What keeps us from judging is no refusal.
      return verdict.has_value() == each.honest && (verdict || verdict.error().code != Errc::io);
    });
    most = {std::max(most.seconds, cost.seconds), std::max(most.megabytes, cost.megabytes), most.good && cost.good};
  }
  return print(each, bytes, number, most);
}

bool reader_case(const Case& each) {
  const test::TempFolder folder;
  const Cost cost = measured([&] {
    const auto given = each.read();
    if (given) test::write_text(folder / "given", std::to_string(*given));
    return given.has_value();
  });
  const std::string given = test::read_text(folder / "given");
  return print(each, given.empty() ? 0 : std::stoull(given), 1, cost);
}

}  // namespace

int main() {
  std::printf("One refused transfer (of several, the dearest). Promised: %.0f MB, %.0f s, and %.0f s for each megabyte sent.\n\n",
              megabytes_max, seconds_max, seconds_per_megabyte);
  std::printf("%-46s %4s %10s %8s %8s\n", "transfer", "", "KiB", "CPU s", "MB");
  bool good = true;
  for (const Case& each : parcel_cases()) good = parcel_case(each) && good;
  for (const Case& each : reader_cases()) good = reader_case(each) && good;
  return good ? 0 : 1;
}
