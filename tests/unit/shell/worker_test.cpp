#include "daemon/shell/worker.hpp"

#include <future>
#include <memory>
#include <vector>

#include "tests/support/catch.hpp"

namespace worker_test {
using namespace essaimage;
using namespace essaimage::shell;
using namespace std::chrono_literals;

namespace {

/// A job that says when it runs, and ends when it is told.
struct Gate {
  std::promise<void> running, open;
  Worker::Job job() {
    return [this] {
      running.set_value();
      open.get_future().wait();
    };
  }
};

}  // namespace

TEST_CASE("A worker runs its jobs one after the other, in order, on its own thread") {
  std::vector<int> order;
  std::promise<std::thread::id> last;
  Worker worker("test", 8);
  for (int i = 0; i < 5; ++i) worker.post([&order, i] { order.push_back(i); });
  worker.post([&] { last.set_value(std::this_thread::get_id()); });
  CHECK(last.get_future().get() != std::this_thread::get_id());
  CHECK(order == std::vector<int>{0, 1, 2, 3, 4});
}

TEST_CASE("A worker says when its queue is full, and when there is room again") {
  Gate gate;
  std::promise<void> done;
  Worker worker("test", 2);
  worker.post(gate.job());
  gate.running.get_future().wait();
  CHECK_FALSE(worker.full());
  worker.post([] {});
  worker.post([&] { done.set_value(); });
  CHECK(worker.full());
  gate.open.set_value();
  done.get_future().wait();
  CHECK_FALSE(worker.full());
}

TEST_CASE("A stopped worker ends its running job, drops the waiting ones with what they own, and takes no more") {
  Gate gate;
  bool ran = false;
  auto worker = std::make_unique<Worker>("test", 8);
  worker->post(gate.job());
  gate.running.get_future().wait();
  const auto owned = std::make_shared<int>(7);
  worker->post([&ran, owned] { ran = true; });
  CHECK(owned.use_count() == 2);
  worker->stop();
  CHECK(owned.use_count() == 1);
  CHECK(worker->stopping());
  CHECK_FALSE(worker->post([] {}));
  CHECK_FALSE(worker->wait_end(1ms));
  gate.open.set_value();
  CHECK(worker->wait_end(10s));
  worker.reset();
  CHECK_FALSE(ran);
}

TEST_CASE("A worker without a thread runs each job before post() returns, and none once it is stopped") {
  Worker worker("test", 8, Worker::Runs::within_post);
  std::vector<int> order;
  std::thread::id runner;
  CHECK(worker.post([&] {
    order.push_back(1);
    runner = std::this_thread::get_id();
  }));
  order.push_back(2);
  CHECK(order == std::vector{1, 2});
  CHECK(runner == std::this_thread::get_id());
  CHECK_FALSE(worker.full());
  worker.stop();
  CHECK_FALSE(worker.post([&] { order.push_back(3); }));
  CHECK(worker.wait_end(0ms));
  CHECK(order.size() == 2);
}

}  // namespace worker_test
