#include "http/live/live_routes.hpp"

#include <gtest/gtest.h>

#include <array>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <functional>
#include <future>
#include <map>
#include <memory>
#include <mutex>
#include <span>
#include <string>
#include <thread>
#include <utility>
#include <vector>

namespace camwall::http {
namespace {

using namespace std::chrono_literals;

constexpr int rounds = 8;
constexpr int viewers_of_a_loop = 4;
constexpr int pictures_of_a_viewer = 30;
constexpr std::uint64_t gop_pictures = 5;
constexpr std::uint64_t burst_pictures = 200; // More than an inbox has room for.

/// A loop as the server has them: a thread of its own.
class threaded_loop final : public websocket_loop {
public:
  ~threaded_loop() override {
    {
      std::lock_guard guard{mutex_};
      ended_ = true;
    }
    changed_.notify_all();
    thread_.join();
  }

  void post(std::function<void()> job) override {
    {
      std::lock_guard guard{mutex_};
      jobs_.push_back(std::move(job));
    }
    changed_.notify_all();
  }

private:
  void run() {
    std::unique_lock guard{mutex_};
    while (!ended_) {
      changed_.wait(guard, [this] { return ended_ || !jobs_.empty(); });
      auto now = std::exchange(jobs_, {});
      guard.unlock();
      for (auto& x : now)
        x();
      now.clear(); // What jobs own ends on this thread, too.
      guard.lock();
    }
  }

  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<std::function<void()>> jobs_;
  bool ended_ = false;
  std::thread thread_{[this] { run(); }};
};

/// Sends all its subscribers numbered pictures from a thread of its own: bursts, after each of
/// which the loops may catch up.
class threaded_hub final : public media_hub {
public:
  explicit threaded_hub(std::span<threaded_loop> loops) : loops_(loops) {
    // nop
  }

  ~threaded_hub() override {
    {
      std::lock_guard guard{mutex_};
      ended_ = true;
    }
    changed_.notify_all();
    thread_.join();
  }

  subscription_id subscribe(const feed_key& /*what*/, bool /*sound*/,
                            std::shared_ptr<media_sink> sink) override {
    std::lock_guard guard{mutex_};
    sinks_[++last_] = std::move(sink);
    changed_.notify_all();
    return last_;
  }

  void unsubscribe(subscription_id id) override {
    std::lock_guard guard{mutex_};
    sinks_.erase(id);
  }

  std::size_t subscribers() {
    std::lock_guard guard{mutex_};
    return sinks_.size();
  }

private:
  void let_catch_up() {
    for (auto& loop : loops_) {
      auto caught_up = std::make_shared<std::promise<void>>();
      loop.post([caught_up] { caught_up->set_value(); });
      caught_up->get_future().wait();
    }
  }

  void run() {
    std::unique_lock guard{mutex_};
    for (std::uint64_t number = 1; !ended_; ++number) {
      changed_.wait(guard, [this] { return ended_ || !sinks_.empty(); });
      auto to = sinks_; // One that unsubscribes now may get this picture all the same.
      guard.unlock();
      auto chunk = std::make_shared<media_chunk>();
      chunk->keyframe = number % gop_pictures == 0;
      chunk->payload = std::to_string(number);
      for (const auto& [id, sink] : to) {
        if (chunk->keyframe)
          sink->on_described({&id, 1}, {.video_mime = "video/mp4", .width = 640, .height = 360});
        sink->on_chunk({&id, 1}, chunk);
      }
      if (number % burst_pictures == 0)
        let_catch_up();
      guard.lock();
    }
  }

  std::mutex mutex_;
  std::condition_variable changed_;
  std::span<threaded_loop> loops_;
  std::map<subscription_id, std::shared_ptr<media_sink>> sinks_;
  subscription_id last_ = 0;
  bool ended_ = false;
  std::thread thread_{[this] { run(); }};
};

/// Takes everything at once, and notes whether the pictures' numbers rise.
class counting_peer final : public websocket_peer {
public:
  void send_text(std::string /*message*/) override {
    // nop
  }
  void send_binary(std::string /*head*/, media_chunk_ptr chunk) override {
    auto number = std::stoull(chunk->payload);
    in_order = in_order && number > last_;
    last_ = number;
    if (++pictures_ == pictures_of_a_viewer)
      std::exchange(on_enough, nullptr)();
  }
  std::size_t queued_bytes() const noexcept override {
    return 0;
  }
  void close(std::uint16_t /*code*/, std::string_view /*reason*/) override {
    in_order = false;
  }

  std::function<void()> on_enough;
  bool in_order = true;

private:
  std::uint64_t last_ = 0;
  int pictures_ = 0;
};

class live_threads_test : public testing::Test {
protected:
  live_threads_test() {
    publish(0);
    services_.wall = &wall_;
    services_.live = &hub_;
    services_.demand = [this](std::string_view, std::string_view) { ++demands_; };
    services_.live_limits.inbox_bytes_max = 16UL * 1024; // So that loops fall behind, too.
    services_.live_limits.demand_interval = 0ms;
    services_.live_limits.state_interval = 0ms;
  }

  /// The state of the wall changes.
  void publish(int attempts) {
    camera_snapshot camera;
    camera.id = "gate";
    camera.phase = phase::live;
    camera.grid_stream = "sub";
    camera.attempts = attempts;
    camera.streams.push_back({.name = "sub", .status = phase::live});
    auto x = std::make_shared<wall_snapshot>();
    x->cameras.push_back(std::move(camera));
    wall_.publish(x);
  }

  struct visit {
    counting_peer peer;
    std::unique_ptr<websocket_session> session;
  };

  /// A viewer comes, gets its pictures and leaves. Tells whether they came in order.
  std::future<bool> watch(websocket_loop& loop) {
    auto done = std::make_shared<std::promise<bool>>();
    loop.post([this, &loop, done] {
      auto x = std::make_shared<visit>();
      x->peer.on_enough = [&loop, done, x] {
        loop.post([done, x] {
          x->session->on_tick(std::chrono::steady_clock::now());
          x->session.reset();
          done->set_value(x->peer.in_order);
        });
      };
      request from;
      from.query = "id=gate";
      x->session = routes_.stream(from, {role::administrator})(loop, x->peer);
      x->session->on_open();
    });
    return done->get_future();
  }

  snapshot_cell wall_;
  std::atomic<int> demands_ = 0;
  wall_services services_;
  live_routes routes_{services_};
  std::array<threaded_loop, 2> loops_;
  threaded_hub hub_{loops_};
};

TEST_F(live_threads_test, viewers_on_two_loops_come_and_go_while_pictures_arrive) {
  for (int round = 1; round <= rounds; ++round) {
    std::vector<std::future<bool>> visits;
    for (int i = 0; i < viewers_of_a_loop; ++i)
      for (auto& loop : loops_)
        visits.push_back(watch(loop));
    publish(round);
    for (auto& x : visits) {
      ASSERT_EQ(x.wait_for(10s), std::future_status::ready) << "in round " << round;
      EXPECT_TRUE(x.get());
    }
  }
  EXPECT_EQ(hub_.subscribers(), 0U);
  EXPECT_GE(demands_, rounds * viewers_of_a_loop * 2);
}

} // namespace
} // namespace camwall::http
