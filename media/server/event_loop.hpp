#pragma once

#include "core/unique_fd.hpp"

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <thread>
#include <unordered_map>
#include <vector>

namespace camwall::media {

/// The media I/O thread: waits for descriptors, timers and posted jobs, and calls back, one at a
/// time.
///
/// All functions but `post` belong to the loop's own thread. A callback may remove any descriptor,
/// its own included.
class event_loop {
public:
  using clock = std::chrono::steady_clock;
  using timer_id = std::uint64_t;

  event_loop();
  ~event_loop();

  event_loop(const event_loop&) = delete;
  event_loop& operator=(const event_loop&) = delete;

  /// Runs `job` on the loop's thread; from any thread. Jobs posted after `stop` are dropped.
  void post(std::function<void()> job);

  /// Runs `job` on the loop's thread and waits for its end; not from the loop's thread.
  void run_and_wait(std::function<void()> job);

  /// Ends the thread after the jobs that are already posted. Idempotent.
  void stop();

  /// Calls `ready` whenever `fd` is readable, has hung up or failed. The loop does not own `fd`.
  void add(int fd, std::function<void()> ready);
  void remove(int fd);

  timer_id call_after(std::chrono::milliseconds delay, std::function<void()> job);
  void cancel(timer_id id);

private:
  struct timer {
    timer_id id;
    std::function<void()> job;
  };

  void run();
  void run_jobs();
  int run_timers();

  unique_fd epoll_;
  unique_fd wake_;
  std::unordered_map<int, std::shared_ptr<std::function<void()>>> watched_;
  std::multimap<clock::time_point, timer> timers_;
  timer_id last_timer_ = 0;
  bool quit_ = false;

  std::mutex mutex_;
  std::vector<std::function<void()>> jobs_; // Guarded by mutex_.
  bool closed_ = false;                     // Guarded by mutex_.

  std::thread thread_;
};

} // namespace camwall::media
