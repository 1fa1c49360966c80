#pragma once

#include "core/unique_fd.hpp"
#include "media/worker_protocol.hpp"

#include <chrono>
#include <optional>

namespace camwall::media {

/// The worker's end of its socket to the server. Sending never waits, but for a short time for
/// `failed`.
class server_link {
public:
  explicit server_link(unique_fd socket) noexcept : socket_(std::move(socket)) {
    // nop
  }

  /// Waits for the first packet; nothing when it is no `open` order or does not come in time.
  std::optional<open_order> wait_for_order(std::chrono::milliseconds deadline);

  /// Whether the server asked us to end, or is gone. Cheap: looks at the socket now and then only.
  bool stop_requested();

  void send(const fact& x);
  void send_last(const failed& x);

private:
  bool try_send(const std::string& packet) noexcept;
  void look();

  unique_fd socket_;
  bool stop_ = false;
  std::chrono::steady_clock::time_point looked_at_;
};

} // namespace camwall::media
