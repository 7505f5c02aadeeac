#include "tests/integration/nodes.hpp"

#include <arpa/inet.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <cstddef>
#include <fstream>
#include <random>

#include "store/disk/files.hpp"
#include "tests/support/bytes.hpp"
#include "tests/support/catch.hpp"

namespace essaimage::test {
namespace {

const std::string bin = ESSAIMAGE_BIN;

/// Nobody else's while this process runs, also while its node is down: an abstract socket of that name is its token, as in
/// tests/cli/transcript.py.
bool reserve(std::uint16_t port) {
  static std::vector<store::Fd> tokens;
  store::Fd token(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  const std::string name = "essaimage-test-port-" + std::to_string(port);
  name.copy(address.sun_path + 1, name.size());
  const auto length = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + 1 + name.size());
  if (::bind(token.get(), reinterpret_cast<sockaddr*>(&address), length) != 0) return false;
  tokens.push_back(std::move(token));
  return true;
}

/// Not of those that the kernel gives to connections (32768 and above on Linux): while a node is down, one of those could be
/// taken from it, also by a peer that tries to reach it again.
std::string free_endpoint() {
  static std::mt19937 random{std::random_device{}()};
  for (int tries = 0; tries < 1'000; ++tries) {
    const auto port = std::uniform_int_distribution<std::uint16_t>(10'000, 32'000)(random);
    const store::Fd socket(::socket(AF_INET, SOCK_STREAM, 0));
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    address.sin_port = htons(port);
    if (reserve(port) && ::bind(socket.get(), reinterpret_cast<sockaddr*>(&address), sizeof address) == 0)
      return "tcp://127.0.0.1:" + std::to_string(port);
  }
  FAIL("no free port");
  return {};
}

pid_t spawn(const std::vector<std::string>& command, const std::filesystem::path& output) {
  const pid_t child = ::fork();
  REQUIRE(child >= 0);
  if (child != 0) return child;
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);  // a test that aborts leaves no daemon
  const int file = ::open(output.c_str(), O_WRONLY | O_CREAT | O_APPEND, 0600);
  ::dup2(file, 1);
  ::dup2(file, 2);
  std::vector<char*> arguments;
  for (const auto& word : command) arguments.push_back(const_cast<char*>(word.c_str()));
  arguments.push_back(nullptr);
  ::execv(arguments[0], arguments.data());
  ::_exit(127);
}

}  // namespace

bool eventually(const std::function<bool()>& holds) {
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(90);
  while (!holds()) {
    if (std::chrono::steady_clock::now() > deadline) return false;
  }
  return true;
}

bool wait_end(pid_t pid, Duration at_most, int& status) {
  const store::Fd process(static_cast<int>(::syscall(SYS_pidfd_open, pid, 0)));
  pollfd item{process.get(), POLLIN, 0};
  if (::poll(&item, 1, static_cast<int>(at_most.count())) != 1) return false;
  ::waitpid(pid, &status, 0);
  return true;
}

Node::Node(std::filesystem::path given) : home(std::move(given)), endpoint(free_endpoint()) {}

Node::~Node() { kill_hard(); }

void Node::start() {
  REQUIRE(pid_ == 0);
  pid_ = spawn({bin + "/essaimaged", "--home", home.string()}, home.string() + ".out");
  int status = 0;
  for (int tries = 0; tries < 500; ++tries) {
    if (ctl({"status", "--json"}).exit_code == 0) return;
    if (wait_end(pid_, Duration{20}, status)) pid_ = 0;
    INFO(log());
    REQUIRE(pid_ != 0);
  }
  FAIL("essaimaged does not answer: " << log());
}

void Node::kill_hard() {
  if (pid_ == 0) return;
  ::kill(pid_, SIGKILL);
  ::waitpid(pid_, nullptr, 0);
  pid_ = 0;
}

Duration Node::stop() {
  REQUIRE(pid_ != 0);
  const auto begin = std::chrono::steady_clock::now();
  ::kill(pid_, SIGTERM);
  int status = -1;
  const bool ended = wait_end(pid_, Duration{10'000}, status);
  if (ended) pid_ = 0;
  CHECK(ended);
  CHECK(WIFEXITED(status));
  CHECK(WEXITSTATUS(status) == 0);
  return std::chrono::duration_cast<Duration>(std::chrono::steady_clock::now() - begin);
}

RunResult Node::ctl(std::vector<std::string> arguments) const {
  arguments.insert(arguments.begin(), {bin + "/essaimagectl", "--home", home.string()});
  return run(arguments);
}

nlohmann::json Node::json(std::vector<std::string> arguments) const {
  arguments.emplace_back("--json");
  const auto result = ctl(arguments);
  INFO(result.output);
  REQUIRE(result.exit_code == 0);
  return nlohmann::json::parse(result.output);
}

pid_t Node::ctl_in_background(std::vector<std::string> arguments) const {
  arguments.insert(arguments.begin(), {bin + "/essaimagectl", "--home", home.string()});
  return spawn(arguments, home.string() + ".ctl");
}

std::vector<std::string> Node::whole_kits() const {
  std::vector<std::string> ids;
  for (const auto& kit : json({"kits"})) {
    if (kit["complete"].get<bool>()) ids.push_back(kit["id"]);
  }
  return ids;
}

std::uint64_t Node::peak_bytes() const {
  std::ifstream status("/proc/" + std::to_string(pid_) + "/status");
  for (std::string word; status >> word;) {
    std::uint64_t kib = 0;
    if (word == "VmHWM:" && status >> kib) return kib * 1024;
  }
  FAIL("the daemon does not run");
  return 0;
}

std::string Node::log() const { return read_text(home.string() + ".out"); }

Nodes::Nodes() : federation(folder / "federation") {
  const auto made =
      federation.ctl({"federation", "create", "--name", "Fédération", "--slug", "federation", "--listen", federation.endpoint});
  INFO(made.output);
  REQUIRE(made.exit_code == 0);
  federation.start();
}

Node& Nodes::join(const std::string& slug, const std::string& territory) {
  auto& node = *(centres[slug] = std::make_unique<Node>(folder / slug));
  auto invitation = federation.ctl({"member", "invite", slug, "--name", "Centre " + slug, "--territory", territory});
  INFO(invitation.output);
  REQUIRE(invitation.exit_code == 0);
  while (!invitation.output.empty() && invitation.output.back() == '\n') invitation.output.pop_back();
  REQUIRE(node.ctl({"join", invitation.output, "--listen", node.endpoint}).exit_code == 0);
  node.start();
  REQUIRE(node.sync());
  return node;
}

std::filesystem::path Nodes::kit(const std::string& slug, std::size_t media_bytes, int version) {
  const auto path = folder / "kits" / slug;
  write_text(path / "kit.toml", "title = \"Kit " + slug + "\"\nkind = \"prototype\"\nlicence = \"CC-BY-SA-4.0\"\n");
  write_text(path / "lisez-moi.md", "Version " + std::to_string(version) + "\n");
  const auto media = noise(media_bytes, static_cast<std::uint64_t>(version));
  if (media_bytes > 0) write_text(path / "film.bin", std::string(1, '\0') + std::string(text_of(media)));
  return path;
}

void configure(Node& node, const std::string& hold) {
  node.stop();
  const auto file = node.home / "essaimage.toml";
  auto text = read_text(file);
  const auto begin = text.find("\n[hold]\n");
  REQUIRE(begin != std::string::npos);
  write_text(file, text.substr(0, begin) + "\n[hold]\nfree_gib_min = 0\n" + hold + "\n");
  node.start();
}

nlohmann::json known(const Node& node, const std::string& id) {
  for (const auto& kit : node.json({"kits"})) {
    if (kit["id"] == id) return kit;
  }
  return {};
}

void level(Nodes& nodes) {
  REQUIRE(nodes.federation.sync());
  for (const auto& [slug, node] : nodes.centres) REQUIRE(node->sync());
}

}  // namespace essaimage::test
