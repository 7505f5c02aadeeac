#pragma once
// The essaimage.toml that a new home gets: packaging/essaimage.toml, which documents every key, built in by CMake. Both
// who makes homes (the CLI) and who reads the file (daemon/shell/config.hpp) use this one text.

#include <string>

namespace essaimage {

/// With this address to listen on; empty: the one of the example.
std::string default_config(const std::string& listen = {});

}  // namespace essaimage
