#pragma once

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

namespace camwall::http {

/// The thread on which passwords are checked, one at a time: each costs a tenth of a second and 64
/// MiB, more than the threads that answer requests, or this machine, could give to everybody at
/// once. It also writes what changes.
class access_thread {
public:
  /// `save` writes the state and returns; `sweep` is called about once a second. Both on this
  /// thread, which starts with the first job or change.
  access_thread(std::function<void()> save, std::function<void()> sweep);

  /// Jobs that have begun are finished, all others are dropped; saves what has changed.
  ~access_thread();

  access_thread(const access_thread&) = delete;
  access_thread& operator=(const access_thread&) = delete;

  void start();

  /// False when too many jobs wait already.
  bool post(std::function<void()> job);

  /// Saves soon, then calls `done`, when there is one.
  void save(std::function<void()> done = {});

private:
  void run();

  std::function<void()> save_;
  std::function<void()> sweep_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<std::function<void()>> jobs_;
  std::vector<std::function<void()>> saved_; // To be called after the next save.
  bool dirty_ = false;
  bool quit_ = false;
  std::thread thread_;
};

} // namespace camwall::http
