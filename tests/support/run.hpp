#pragma once
// Runs a stock tool (git, ssh-keygen) and keeps what it says: the other side of an interoperability test.

#include <filesystem>
#include <string>
#include <vector>

namespace essaimage::test {

struct RunResult {
  int exit_code = -1;
  std::string output;  ///< stdout and stderr together
};

/// No shell: `command[0]` is looked up in PATH. With a HOME and a configuration of its own, so that the tool behaves
/// the same for everybody. `input` becomes its standard input.
RunResult run(const std::vector<std::string>& command, const std::filesystem::path& folder = ".", const std::string& input = {});

/// git with these arguments in this folder.
RunResult git(const std::filesystem::path& folder, std::vector<std::string> arguments, const std::string& input = {});

}  // namespace essaimage::test
