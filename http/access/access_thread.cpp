#include "http/access/access_thread.hpp"

#include "http/access/settings.hpp"

#include <pthread.h>

#include <chrono>
#include <exception>
#include <utility>

namespace camwall::http {

namespace {

constexpr std::chrono::seconds sweep_interval{1};

/// A throw means that memory ran out: what was to be answered is a 500, and the thread goes on.
template <class F>
void run_guarded(const F& f) noexcept {
  try {
    f();
  } catch (const std::exception&) {
    return;
  }
}

} // namespace

access_thread::access_thread(std::function<void()> save, std::function<void()> sweep)
  : save_(std::move(save)), sweep_(std::move(sweep)) {
  // nop
}

access_thread::~access_thread() {
  {
    std::lock_guard guard{mutex_};
    quit_ = true;
  }
  changed_.notify_all();
  if (thread_.joinable())
    thread_.join();
}

void access_thread::start() {
  thread_ = std::thread{[this] { run(); }};
}

bool access_thread::post(std::function<void()> job) {
  {
    std::lock_guard guard{mutex_};
    if (quit_ || jobs_.size() >= access_limits::logins_waiting_max)
      return false;
    jobs_.push_back(std::move(job));
  }
  changed_.notify_all();
  return true;
}

void access_thread::save(std::function<void()> done) {
  {
    std::lock_guard guard{mutex_};
    dirty_ = true;
    if (done)
      saved_.push_back(std::move(done));
  }
  changed_.notify_all();
}

void access_thread::run() {
  pthread_setname_np(pthread_self(), "access");
  auto swept = std::chrono::steady_clock::now();
  std::unique_lock lock{mutex_};
  for (;;) {
    changed_.wait_for(lock, sweep_interval, [this] { return dirty_ || quit_ || !jobs_.empty(); });
    if (quit_)
      jobs_.clear();
    if (!jobs_.empty()) {
      auto job = std::move(jobs_.front());
      jobs_.pop_front();
      lock.unlock();
      run_guarded(job);
      job = {}; // Whatever it holds ends outside of the lock.
      lock.lock();
    }
    if (std::exchange(dirty_, false)) {
      auto told = std::exchange(saved_, {});
      lock.unlock();
      run_guarded(save_);
      for (const auto& done : told)
        run_guarded(done);
      lock.lock();
    }
    if (quit_)
      return;
    if (auto now = std::chrono::steady_clock::now(); now - swept >= sweep_interval) {
      swept = now;
      lock.unlock();
      run_guarded(sweep_);
      lock.lock();
    }
  }
}

} // namespace camwall::http
