#include "http/job_queue.hpp"

#include <sys/eventfd.h>
#include <unistd.h>

#include <cstdint>
#include <stdexcept>
#include <utility>

namespace camwall::http {

job_queue::job_queue() : wake_fd_(::eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC)) {
  if (!wake_fd_)
    throw std::runtime_error("out of file descriptors");
}

void job_queue::post(job x) {
  {
    std::lock_guard guard{mutex_};
    if (closed_)
      return;
    jobs_.push_back(std::move(x));
  }
  const std::uint64_t one = 1;
  // Fails only when the counter is full, and then the thread is awake anyway.
  [[maybe_unused]] auto n = ::write(wake_fd_.get(), &one, sizeof one);
}

std::vector<job_queue::job> job_queue::take() {
  std::uint64_t count = 0;
  [[maybe_unused]] auto n = ::read(wake_fd_.get(), &count, sizeof count);
  std::lock_guard guard{mutex_};
  return std::exchange(jobs_, {});
}

void job_queue::close() {
  std::vector<job> gone; // Ends after the lock: what it holds may post.
  std::lock_guard guard{mutex_};
  closed_ = true;
  gone.swap(jobs_);
}

} // namespace camwall::http
