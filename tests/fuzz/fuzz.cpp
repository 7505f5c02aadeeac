// libFuzzer's side: one program with all targets, since each link of the sanitized libraries takes long. Which target it is
// says its own name, by a link "fuzz_<target>" to the program (tests/fuzz/run makes them).

#include <cstdio>
#include <cstdlib>

#include "tests/fuzz/target.hpp"

namespace {

const essaimage::fuzz::Target* chosen = nullptr;

}  // namespace

extern "C" int LLVMFuzzerInitialize(int*, char*** arguments) {
  std::string_view name = (*arguments)[0];
  if (const auto slash = name.rfind('/'); slash != std::string_view::npos) name.remove_prefix(slash + 1);
  constexpr std::string_view prefix = "fuzz_";
  if (name.starts_with(prefix)) chosen = essaimage::fuzz::find_target(name.substr(prefix.size()));
  if (chosen != nullptr) return 0;
  std::fputs("call this by a link fuzz_<target>; targets:", stderr);
  for (const auto& target : essaimage::fuzz::targets()) std::fprintf(stderr, " %s", target.name);
  std::fputc('\n', stderr);
  std::exit(2);
}

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  chosen->run({data, size});
  return 0;
}
