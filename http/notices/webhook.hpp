#pragma once

#include "core/camera_catalogue.hpp"
#include "core/wall_snapshot.hpp"
#include "core/webhook_statistics.hpp"
#include "http/notices/http_poster.hpp"
#include "http/notices/notice_rules.hpp"

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <random>
#include <string>
#include <thread>

namespace camwall::http {

namespace webhook_limits {

/// Messages that wait for one receiver; of more, the oldest goes.
inline constexpr std::size_t queue_max = 64;

/// A message that could not be sent for so long is given up.
inline constexpr std::chrono::hours age_max{1};

/// Between two tries: 1, 2, 4, … s, ±20 %.
inline constexpr std::chrono::seconds retry_max{60};
} // namespace webhook_limits

struct webhook_options {
  std::string name; ///< For log and metrics; the address is never in them.
  http_poster::options receiver;
  std::string secret; ///< Signs what is sent; empty: nothing is signed.
  notice_filter filter;
  std::string version;
  std::string build;
};

/// Where a webhook looks. All are called on its thread, and outlive it.
struct webhook_sources {
  const snapshot_cell* wall = nullptr;
  std::function<std::shared_ptr<const reload_outcome>()> last_reload; ///< May be empty.
  std::function<void(const std::string& line)> log;                   ///< A warning.
};

/// Tells one receiver what is wrong with the wall, on a thread of its own: one that hangs holds up
/// nobody else.
class webhook {
public:
  webhook(webhook_options what, webhook_sources from);
  ~webhook();

  webhook(const webhook&) = delete;
  webhook& operator=(const webhook&) = delete;

  /// Ends the thread, also in the middle of a request; what waits is lost. Idempotent.
  void stop();

  /// Any thread.
  webhook_statistics statistics() const;

private:
  using clock = std::chrono::steady_clock;

  struct message {
    std::string delivery;
    std::string body;
    clock::time_point made;
  };

  void run();
  void look();
  void enqueue(const std::vector<notice>& what);
  void send_first();
  void give_up(std::atomic<std::uint64_t>& count, const std::string& why);
  clock::duration retry_wait();

  const webhook_options options_;
  const webhook_sources sources_;
  notice_rules rules_;
  http_poster poster_;

  // Our thread only.
  std::deque<message> queue_;
  std::size_t failures_ = 0; ///< In a row.
  std::optional<clock::time_point> next_try_;
  std::mt19937_64 random_{std::random_device{}()};

  std::atomic<std::uint64_t> sent_ = 0;
  std::atomic<std::uint64_t> failed_ = 0;
  std::atomic<std::uint64_t> rejected_ = 0;
  std::atomic<std::uint64_t> dropped_ = 0;
  std::atomic<std::size_t> waiting_ = 0;

  std::mutex mutex_;
  std::condition_variable wake_;
  std::atomic<bool> stop_ = false;
  std::thread thread_;
};

} // namespace camwall::http
