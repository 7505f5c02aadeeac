// essaimage.toml.

#include "daemon/shell/config.hpp"

#include "proto/default_config.hpp"
#include "tests/fuzz/target.hpp"

namespace essaimage::fuzz::config_target {
namespace {

bool run(ByteView bytes) {
  Language language = Language::english;
  const auto config = shell::parse_config(text_of(bytes), "essaimage.toml", language);
  if (config) {
    ESSAIMAGE_ASSERT(config->listen.empty() || shell::is_endpoint(config->listen, true));
    for (const auto& endpoint : config->advertise) ESSAIMAGE_ASSERT(shell::is_endpoint(endpoint, false));
    return true;
  }
  // It says where.
  ESSAIMAGE_ASSERT(config.error().detail.starts_with("essaimage.toml"));
  return false;
}

std::vector<Seed> seeds() {
  return {seed("valid-example", default_config()),
          seed("valid-empty", ""),
          seed("valid-peer", R"(listen = ""
language = "fr"
[log]
level = "debug"
format = "json"
[hold]
free_gib_min = 1.5
[[peers]]
endpoint = "tcp://10.0.0.2:7490"
key = "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff"
)"),
          seed("hostile-key", "listn = \"\"\n"),
          seed("hostile-port", "listen = \"tcp://0.0.0.0:65536\"\n"),
          seed("hostile-nesting", "listen = " + std::string(2'000, '[')),
          seed("hostile-number", "[log]\nfile_mib = 99999999999999999999\n")};
}

const Registered registered{{"config", run, seeds}};

}  // namespace
}  // namespace essaimage::fuzz::config_target
