#pragma once
// A publication without a disk, for the tests of the control server: it writes down every step. Any thread.

#include <mutex>

#include "store/publication.hpp"

namespace essaimage::test {

/// Writes down every step; `fail_at` makes the step of that name fail.
class FakePublication final : public store::Publication {
 public:
  struct Log {
    std::mutex mutex;
    std::vector<std::string> steps;
    std::string content;  ///< of the file that is under way or was last
    std::string fail_at;
    void add(std::string step) {
      const std::lock_guard lock(mutex);
      steps.push_back(std::move(step));
    }
    std::vector<std::string> all() {
      const std::lock_guard lock(mutex);
      return steps;
    }
  };
  explicit FakePublication(Log& log) : log_(log) {}
  ~FakePublication() override { log_.add("destroyed"); }

  Status begin_kit(const std::string& folder) override { return step("kit " + folder); }
  void set_place(const std::string& place) override { log_.add("place " + place); }
  Result<bool> take_known(const std::string& path, bool executable, const std::string& state) override {
    log_.add("known? " + path + (executable ? " x " : " - ") + state);
    return path.starts_with("known");
  }
  void remember(const std::string& state) override { log_.add("remember " + state); }
  Status begin_file(const std::string& path, bool executable, std::uint64_t bytes) override {
    log_.content.clear();
    return step("file " + path + (executable ? " x " : " - ") + std::to_string(bytes));
  }
  Status write(Bytes bytes) override {
    log_.content += text_of(bytes);
    return {};
  }
  Status end_file() override { return step("end-file " + log_.content.substr(0, 20)); }
  void abort_file() override { log_.add("abort-file"); }
  Status end_kit() override { return step("end-kit"); }
  Result<std::vector<store::PublishedKit>> commit() override {
    CHECK_OK(step("commit"));
    store::PublishedKit kit;
    kit.id = {"wazemmes", "lampe"};
    kit.version = 3;
    kit.files = 2;
    kit.bytes = 11;
    return std::vector{kit};
  }

 private:
  Status step(const std::string& name) {
    log_.add(name);
    if (!log_.fail_at.empty() && name.starts_with(log_.fail_at)) return fail(Errc::kit_title_missing, "kit.toml");
    return {};
  }
  Log& log_;
};

}  // namespace essaimage::test
