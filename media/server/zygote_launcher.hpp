#pragma once

#include "core/unique_fd.hpp"
#include "media/server/event_loop.hpp"
#include "media/server/live_hub.hpp"
#include "media/server/sequence_store.hpp"
#include "media/server/still_desk.hpp"
#include "media/server/worker_process.hpp"
#include "media/worker_launcher.hpp"

#include <atomic>
#include <chrono>
#include <cstdint>
#include <deque>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

namespace camwall::media {

struct zygote_options {
  std::filesystem::path worker_program; ///< `camwall-worker`.
  std::size_t stderr_lines_max = 50;
  sequence_store* sequences = nullptr; ///< Gives each worker its first numbers.
  /// Told the name of each limit at which a worker was stopped. On the media I/O thread.
  std::function<void(std::string_view)> on_limit;
  /// Told how many chunks of live media a worker left out because nobody took them in time. On the
  /// media I/O thread.
  std::function<void(std::size_t)> on_media_dropped;
  /// How long an order waits for a zygote that is being replaced before it fails with `resources`.
  std::chrono::milliseconds launch_deadline{3000};
};

/// Makes workers through a zygote: a pre-warmed, single-threaded copy of the worker program that
/// clones itself with CLONE_PARENT, so that every worker is a child of this process and outlives
/// its zygote.
///
/// Fills in what only this side knows: `run`, the sequence numbers, and that the output folder
/// exists.
///
/// Owns the media I/O thread. The zygote is spawned from that thread, which lives until the very
/// end: a worker's PDEATHSIG is tied to the thread that spawned its zygote.
class zygote_launcher final : public worker_launcher {
public:
  /// `on_zygote_exit` is called on the media I/O thread with one sentence each time a zygote ended
  /// or could not be started; whoever keeps the zygote then calls `start_zygote` when it sees fit.
  zygote_launcher(zygote_options options, std::function<void(std::string)> on_zygote_exit);

  /// Kills what still runs and joins the thread.
  ~zygote_launcher() override;

  /// Starts a zygote unless one runs. Any thread.
  void start_zygote();

  worker_handle_ptr launch(open_order order, std::function<void(worker_event)> sink) override;

  /// As `launch`, for a worker that looks at a camera and says `probed` or `failed`. `url` is
  /// checked by the caller.
  worker_handle_ptr launch_probe(probe_order order, std::function<void(worker_event)> sink);

  /// Where what the workers make for live viewers can be had. Lives as long as this.
  live_hub& hub() noexcept {
    return hub_;
  }

  /// Where single pictures can be ordered: for the media I/O thread, as `io_thread` gives it. Lives
  /// as long as this.
  still_desk& stills() noexcept {
    return stills_;
  }

  /// Jobs and timers of the media I/O thread; `call_after` and `cancel` are for that thread. Usable
  /// as long as this lives.
  live_hub::thread io_thread();

  /// Hands the token to the media I/O thread, which lets go of it. Any thread.
  void check(std::shared_ptr<const void> token);

  /// Ends all workers (first asks, then kills after `deadline`) and the zygote. Blocks until the
  /// last is reaped; not from the I/O thread.
  void shut_down(std::chrono::milliseconds deadline);

private:
  using worker_ptr = std::shared_ptr<worker_process>;
  using worker_id = std::uint64_t;

  struct handle;

  worker_handle_ptr begin(std::string name, task what, std::function<void(worker_event)> sink);

  void spawn_zygote();
  void read_zygote();
  void reap_zygote();
  void lose_zygote(const std::string& why);
  void submit(const worker_ptr& worker);
  void request(const worker_ptr& worker);
  std::string prepare(open_order& what);
  void submit_waiting();
  bool has_predecessor(worker_id id, worker_process& worker);
  void submit_held();
  void expire_waiting();
  void answer(std::string_view packet);
  void reap_orphans();
  void for_each_worker(void (worker_process::*action)());
  void tell_when_idle();
  void watch_sandbox(const confined& x);

  zygote_options options_;
  std::function<void(std::string)> on_zygote_exit_;

  // Below: the I/O thread only.
  unique_fd zygote_socket_;
  unique_fd zygote_pidfd_;
  int zygote_pid_ = 0;
  bool shutting_down_ = false;
  bool told_of_sandbox_ = false;  ///< That it is not in force, once for all workers.
  std::function<void()> on_idle_; ///< Called once when the last worker is over.
  std::unordered_map<worker_id, worker_ptr> workers_;
  struct waiting_order {
    worker_ptr worker;
    event_loop::clock::time_point deadline;
  };
  std::deque<waiting_order> waiting_; ///< Not sent yet: no zygote.

  /// Not sent yet: the stream's last worker has not ended.
  std::vector<std::pair<worker_id, worker_ptr>> held_;
  std::deque<worker_ptr> asked_; ///< Sent; the zygote answers in order.

  std::atomic<worker_id> last_id_{0};
  live_hub hub_;
  still_desk stills_;
  event_loop loop_; ///< Last: its thread ends before what it uses.
};

} // namespace camwall::media
