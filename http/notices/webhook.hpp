#pragma once

#include "core/camera_catalogue.hpp"
#include "core/wall_snapshot.hpp"
#include "core/webhook_statistics.hpp"
#include "http/notices/http_poster.hpp"
#include "http/notices/notice_rules.hpp"
#include "http/notices/outbox.hpp"

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace camwall::http {

struct webhook_options {
  std::string name; ///< For log and metrics; the address is never in them.
  http_poster::options receiver;
  std::string secret; ///< Signs what is sent; empty: nothing is signed.
  notice_filter filter;
  std::string version;
  std::string build;
  double time_scale = 1; ///< Divides the waits, but for `filter.after`; for tests.
};

/// A webhook that ends has so long to get rid of the message that waits.
inline constexpr std::chrono::seconds webhook_end_deadline{2};

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
  /// Throws std::runtime_error when libcurl cannot be used.
  webhook(webhook_options what, webhook_sources from);
  ~webhook();

  webhook(const webhook&) = delete;
  webhook& operator=(const webhook&) = delete;

  /// The thread is to end: what waits is tried once more, in `webhook_end_deadline` altogether, and
  /// what does not arrive counts as dropped. Does not wait for it, which the destructor does. Any
  /// thread.
  void stop();

  /// Any thread.
  webhook_statistics statistics() const;

private:
  using clock = std::chrono::steady_clock;

  void run();
  void wind_up();
  void look();
  void put(const std::vector<notice>& what);
  void send(const outbox::message& x);
  void settle(const http_poster::result& x);
  void say(const std::string& what) const;
  std::vector<std::string> headers_of(const outbox::message& x) const;

  const webhook_options options_;
  const webhook_sources sources_;

  // Our thread only.
  notice_rules rules_;
  outbox outbox_;
  http_poster poster_;

  std::atomic<std::uint64_t> sent_ = 0;
  std::atomic<std::uint64_t> rejected_ = 0;
  std::atomic<std::uint64_t> dropped_ = 0;
  std::atomic<std::uint64_t> tries_failed_ = 0;
  std::atomic<std::size_t> waiting_ = 0;

  std::mutex mutex_;
  std::condition_variable wake_;
  bool stop_ = false;       ///< Guarded by mutex_.
  clock::time_point end_{}; ///< Of all we do; set before `stop_` is seen.
  std::thread thread_;
};

} // namespace camwall::http
