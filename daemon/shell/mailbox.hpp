#pragma once
// What other threads leave for the loop: inputs for the core, and questions to be answered on the loop's thread. In
// order; a descriptor becomes readable while there is something. Not bounded by itself: workers are answered for what
// the core asked of them, and control clients wait for their answer.
// Thread rule: post() and ask() from any thread; take() and fd() on the loop's.

#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <variant>

#include "daemon/core/input.hpp"
#include "store/disk/files.hpp"

namespace essaimage::shell {

class Mailbox {
 public:
  using Question = std::function<void()>;
  using Letter = std::variant<core::Input, Question>;

  static Result<std::unique_ptr<Mailbox>> create();

  void post(core::Input input) { put(std::move(input)); }
  void ask(Question question) { put(std::move(question)); }

  int fd() const { return event_.get(); }
  std::deque<Letter> take();

 private:
  explicit Mailbox(store::Fd event) : event_(std::move(event)) {}
  void put(Letter letter);

  store::Fd event_;
  std::mutex mutex_;
  std::deque<Letter> letters_;
};

}  // namespace essaimage::shell
