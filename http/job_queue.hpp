#pragma once

#include "core/unique_fd.hpp"

#include <functional>
#include <mutex>
#include <vector>

namespace camwall::http {

/// What other threads want done on one thread, which is woken by a descriptor. Outlives that thread
/// for as long as somebody may still post. All functions but the constructor from any thread.
class job_queue {
public:
  using job = std::function<void()>;

  /// Throws std::runtime_error when there is no descriptor left.
  job_queue();

  /// Readable when something waits.
  int wake_fd() const noexcept {
    return wake_fd_.get();
  }

  /// Does nothing once the queue is closed.
  void post(job x);

  /// What has come so far; makes the descriptor unreadable.
  std::vector<job> take();

  /// What waits is thrown away, and what still comes, too.
  void close();

private:
  unique_fd wake_fd_;
  std::mutex mutex_;
  std::vector<job> jobs_; // Guarded by mutex_, as is closed_.
  bool closed_ = false;
};

} // namespace camwall::http
