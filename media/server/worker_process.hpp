#pragma once

#include "core/unique_fd.hpp"
#include "media/server/event_loop.hpp"
#include "media/server/fact_guard.hpp"
#include "media/server/live_hub.hpp"
#include "media/server/media_guard.hpp"
#include "media/server/stderr_ring.hpp"
#include "media/server/still_desk.hpp"
#include "media/worker_launcher.hpp"

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>

namespace camwall::media {

/// One worker from the order to the last event, as the media I/O thread sees it. Only for that
/// thread.
///
/// waiting ──(zygote names the pid)──▶ running ──(pidfd: the process ended)──▶ over
class worker_process : public std::enable_shared_from_this<worker_process>, public live_source {
public:
  /// Log lines of one worker per minute; more are counted and dropped.
  static constexpr std::uint32_t log_lines_per_minute_max = 60;
  static constexpr std::chrono::seconds sample_period{5};
  static constexpr std::chrono::milliseconds stop_deadline{500};

  /// Lines of stderr that go with `worker_exited`.
  static constexpr std::size_t last_words_lines_max = 8;

  /// `name` is for the log. `on_limit` is told the name of each limit at which the worker was
  /// stopped.
  worker_process(event_loop& loop, live_hub& hub, still_desk& stills, std::string name, task what,
                 std::function<void(worker_event)> sink, std::size_t stderr_lines_max,
                 std::function<void(std::string_view)> on_limit, std::function<void()> on_over);

  /// The worker's ends of its channels.
  struct channels {
    unique_fd socket; ///< Orders down, facts up.
    unique_fd log;    ///< Its stderr.
    unique_fd media;  ///< Media up.
  };

  /// Makes the channels, keeps our ends and hands out the worker's. Nothing when the system has no
  /// descriptor left; the worker is over then.
  std::optional<channels> make_channels();

  /// The zygote made the process.
  void start(int pid);

  /// No process came to be.
  void fail(const std::string& why);

  void stop();
  void kill();

  /// Orders what is watched.
  void watch(const watch_order& x) override;
  void order_still(const still_order& x) override;

  /// Nobody listens any more: ask the process to end, kill it if it does not soon, and say nothing.
  void abandon();

  /// May be completed until the worker has started.
  task& what() noexcept {
    return task_;
  }

  /// 0 until the process exists.
  int pid() const noexcept {
    return pid_;
  }

private:
  void emit(worker_event event);
  void send_order(const media::order& x);
  void read_socket();
  void read_stderr();
  void read_media();
  void take_media(std::string_view packet);
  void take_packet(std::string_view packet);
  void refuse(const std::string& what, const char* limit = nullptr);
  void reap();
  void sample_memory();
  void arm_sampling();
  void attach_media();
  void log_line(std::string_view line);
  void end(worker_exited how);

  event_loop& loop_;
  live_hub& hub_;
  still_desk& stills_;
  std::string name_;
  task task_;
  std::function<void(worker_event)> sink_;
  std::function<void(std::string_view)> on_limit_;
  std::function<void()> on_over_;
  stderr_ring ring_;
  std::optional<fact_guard> guard_; ///< From the order on.
  std::optional<media_guard> media_guard_;
  unique_fd socket_;
  unique_fd media_;
  unique_fd stderr_;
  unique_fd pidfd_;
  int pid_ = 0;
  bool kill_wanted_ = false;
  bool over_ = false;
  std::string lie_; ///< How it broke the protocol, for which it was killed; else empty.
  std::optional<event_loop::timer_id> stop_timer_;
  std::optional<event_loop::timer_id> sample_timer_;
  event_loop::clock::time_point log_minute_;
  std::uint32_t log_lines_ = 0;
};

} // namespace camwall::media
