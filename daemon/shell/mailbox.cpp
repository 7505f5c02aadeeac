#include "daemon/shell/mailbox.hpp"

#include <sys/eventfd.h>
#include <unistd.h>

namespace essaimage::shell {

Result<std::unique_ptr<Mailbox>> Mailbox::create() {
  store::Fd event(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK));
  if (!event) return tl::unexpected<Error>(store::system_error("eventfd", "open"));
  return std::unique_ptr<Mailbox>(new Mailbox(std::move(event)));
}

void Mailbox::put(Letter letter) {
  bool first = false;
  {
    const std::lock_guard lock(mutex_);
    first = letters_.empty();
    letters_.push_back(std::move(letter));
  }
  const std::uint64_t one = 1;
  if (first) (void)!::write(event_.get(), &one, sizeof one);  // it can only fail if it is readable already
}

std::deque<Mailbox::Letter> Mailbox::take() {
  std::uint64_t count = 0;
  (void)!::read(event_.get(), &count, sizeof count);
  const std::lock_guard lock(mutex_);
  return std::exchange(letters_, {});
}

}  // namespace essaimage::shell
