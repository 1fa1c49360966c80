#include "media/server/event_loop.hpp"

#include <spdlog/spdlog.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <future>
#include <system_error>

namespace camwall::media {

namespace {

int checked(int fd, const char* what) {
  if (fd < 0)
    throw std::system_error{errno, std::system_category(), what};
  return fd;
}

// A callback that throws must not end the thread on which all cameras depend.
void guarded(const std::function<void()>& f) {
  try {
    f();
  } catch (const std::exception& x) {
    spdlog::error("media I/O: {}", x.what());
  }
}

} // namespace

event_loop::event_loop()
  : epoll_(checked(epoll_create1(EPOLL_CLOEXEC), "epoll_create1")),
    wake_(checked(eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC), "eventfd")) {
  epoll_event event{};
  event.events = EPOLLIN;
  event.data.fd = wake_.get();
  checked(epoll_ctl(epoll_.get(), EPOLL_CTL_ADD, wake_.get(), &event), "epoll_ctl");
  thread_ = std::thread{[this] { run(); }};
}

event_loop::~event_loop() {
  stop();
}

void event_loop::post(std::function<void()> job) {
  {
    std::lock_guard guard{mutex_};
    if (closed_)
      return;
    jobs_.push_back(std::move(job));
  }
  std::uint64_t one = 1;
  [[maybe_unused]] auto n = ::write(wake_.get(), &one, sizeof one);
}

void event_loop::run_and_wait(std::function<void()> job) {
  std::promise<void> done;
  post([&] {
    guarded(job);
    done.set_value();
  });
  done.get_future().wait();
}

void event_loop::stop() {
  if (!thread_.joinable())
    return;
  post([this] { quit_ = true; });
  thread_.join();
}

void event_loop::add(int fd, std::function<void()> ready) {
  epoll_event event{};
  event.events = EPOLLIN;
  event.data.fd = fd;
  checked(epoll_ctl(epoll_.get(), EPOLL_CTL_ADD, fd, &event), "epoll_ctl");
  watched_[fd] = std::make_shared<std::function<void()>>(std::move(ready));
}

void event_loop::remove(int fd) {
  if (watched_.erase(fd) > 0)
    epoll_ctl(epoll_.get(), EPOLL_CTL_DEL, fd, nullptr);
}

event_loop::timer_id event_loop::call_after(std::chrono::milliseconds delay,
                                            std::function<void()> job) {
  timers_.emplace(clock::now() + delay, timer{++last_timer_, std::move(job)});
  return last_timer_;
}

void event_loop::cancel(timer_id id) {
  auto i =
    std::find_if(timers_.begin(), timers_.end(), [id](const auto& x) { return x.second.id == id; });
  if (i != timers_.end())
    timers_.erase(i);
}

void event_loop::run() {
  pthread_setname_np(pthread_self(), "media-io");
  std::array<epoll_event, 64> events{};
  while (!quit_) {
    auto timeout_ms = run_timers();
    auto n = epoll_wait(epoll_.get(), events.data(), events.size(), timeout_ms);
    for (int i = 0; i < n; ++i) {
      auto fd = events[static_cast<std::size_t>(i)].data.fd;
      if (fd == wake_.get()) {
        run_jobs();
      } else if (auto found = watched_.find(fd); found != watched_.end()) {
        auto keep = found->second; // The callback may remove itself.
        guarded(*keep);
      }
    }
  }
  std::lock_guard guard{mutex_};
  closed_ = true;
  jobs_.clear();
}

void event_loop::run_jobs() {
  std::uint64_t count = 0;
  [[maybe_unused]] auto n = ::read(wake_.get(), &count, sizeof count);
  std::vector<std::function<void()>> jobs;
  {
    std::lock_guard guard{mutex_};
    jobs.swap(jobs_);
  }
  for (auto& job : jobs)
    guarded(job);
}

int event_loop::run_timers() {
  while (!timers_.empty()) {
    auto first = timers_.begin();
    auto wait = first->first - clock::now();
    if (wait > clock::duration::zero())
      return static_cast<int>(std::chrono::ceil<std::chrono::milliseconds>(
                                std::min<clock::duration>(wait, std::chrono::minutes{1}))
                                .count());
    auto job = std::move(first->second.job);
    timers_.erase(first);
    guarded(job);
  }
  return -1;
}

} // namespace camwall::media
