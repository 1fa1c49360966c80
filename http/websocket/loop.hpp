#pragma once

#include "core/unique_fd.hpp"
#include "http/connection_place.hpp"
#include "http/websocket/connection.hpp"
#include "http/websocket/session.hpp"

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <unordered_map>
#include <vector>

namespace camwall::http {

/// A connection whose WebSocket handshake is done.
struct upgraded_socket {
  unique_fd fd; ///< Non-blocking; nobody else watches it.
  std::string input;
  session_factory make;
  connection_place place;
};

/// One thread with its share of the WebSockets. `limits` and `observer` must outlive it.
class websocket_thread final : public websocket_loop {
public:
  /// Starts the thread. Throws std::runtime_error when the system is out of descriptors or threads.
  websocket_thread(const websocket_limits& limits, http_observer& observer);
  ~websocket_thread() override;
  websocket_thread(const websocket_thread&) = delete;
  websocket_thread& operator=(const websocket_thread&) = delete;

  /// Takes the socket over; from any thread.
  void adopt(upgraded_socket x);

  void post(std::function<void()> job) override;

  /// Tells all clients 1001, waits a moment for their answers, ends; from any thread. Idempotent.
  void ask_to_end();

  /// The same, and waits until it has happened. From another thread.
  void stop();

  /// Sockets that it has, roughly; from any thread.
  std::size_t size() const noexcept {
    return size_.load(std::memory_order_relaxed);
  }

private:
  struct entry {
    entry(upgraded_socket x, websocket_context& context, websocket_connection::time_point now);

    connection_place place; // Ends last.
    unique_fd fd;
    websocket_connection link;
    websocket_connection::wants watched = websocket_connection::wants::read;
  };

  using clock = std::chrono::steady_clock;

  void run();
  void turn();
  void add(upgraded_socket x);
  void serve(std::uint64_t id, std::uint32_t events);
  void apply(std::uint64_t id, entry& x, websocket_connection::wants next);
  void drop(std::uint64_t id) noexcept;
  void run_jobs();
  void flush_dirty();
  void tick();
  void begin_end();
  void finish();
  void set_timer(bool on);
  bool watch(int fd, std::uint64_t id, int operation, bool writing) const noexcept;
  int wait_ms() const;

  websocket_context context_;
  std::chrono::nanoseconds tick_period_;
  unique_fd epoll_fd_;
  unique_fd wake_fd_;
  unique_fd timer_fd_;
  std::unordered_map<std::uint64_t, std::unique_ptr<entry>> entries_;
  // From the connection to its number, which is never used again: events of one that ended a moment
  // ago find nothing.
  std::unordered_map<const websocket_connection*, std::uint64_t> ids_;
  std::uint64_t next_id_;
  std::atomic<std::size_t> size_ = 0;
  std::mutex mutex_;
  std::vector<std::function<void()>> jobs_; // Guarded by mutex_.
  bool ended_ = false;                      // Guarded by mutex_.
  std::optional<clock::time_point> end_by_;
  bool timer_on_ = false;
  std::thread thread_; // Last: it uses all of the above.
};

} // namespace camwall::http
