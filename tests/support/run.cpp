#include "tests/support/run.hpp"

#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cstdio>
#include <cstdlib>
#include <system_error>

namespace essaimage::test {
namespace {

[[noreturn]] void become(const std::vector<std::string>& command, const std::filesystem::path& folder, int in, int out) {
  std::vector<char*> arguments;
  for (const auto& word : command) arguments.push_back(const_cast<char*>(word.c_str()));
  arguments.push_back(nullptr);
  ::dup2(in, 0);
  ::dup2(out, 1);
  ::dup2(out, 2);
  ::setenv("HOME", "/nonexistent", 1);
  ::setenv("LC_ALL", "C.UTF-8", 1);
  ::setenv("GIT_CONFIG_NOSYSTEM", "1", 1);
  ::setenv("GIT_CONFIG_GLOBAL", "/dev/null", 1);
  ::setenv("GIT_TERMINAL_PROMPT", "0", 1);
  if (::chdir(folder.c_str()) == 0) ::execvp(arguments[0], arguments.data());
  std::perror(arguments[0]);
  ::_exit(127);
}

}  // namespace

RunResult run(const std::vector<std::string>& command, const std::filesystem::path& folder, const std::string& input) {
  // The input goes through an unnamed file: a pipe could fill up while nobody reads the output.
  std::FILE* file = std::tmpfile();
  if (file == nullptr) throw std::system_error(errno, std::generic_category(), "tmpfile");
  std::fwrite(input.data(), 1, input.size(), file);
  std::rewind(file);
  std::array<int, 2> pipe{};
  if (::pipe2(pipe.data(), O_CLOEXEC) != 0) throw std::system_error(errno, std::generic_category(), "pipe");
  const pid_t child = ::fork();
  if (child == 0) become(command, folder, ::fileno(file), pipe[1]);
  std::fclose(file);
  ::close(pipe[1]);
  if (child < 0) throw std::system_error(errno, std::generic_category(), "fork");
  RunResult result;
  std::array<char, 4096> buffer{};
  for (ssize_t got = 0; (got = ::read(pipe[0], buffer.data(), buffer.size())) > 0;) {
    result.output.append(buffer.data(), static_cast<std::size_t>(got));
  }
  ::close(pipe[0]);
  int status = 0;
  ::waitpid(child, &status, 0);
  result.exit_code = WIFEXITED(status) ? WEXITSTATUS(status) : 128;
  return result;
}

RunResult git(const std::filesystem::path& folder, std::vector<std::string> arguments, const std::string& input) {
  arguments.insert(arguments.begin(), {"git", "-c", "safe.directory=*"});
  return run(arguments, folder, input);
}

}  // namespace essaimage::test
