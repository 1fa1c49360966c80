#pragma once

#include "core/unique_fd.hpp"
#include "media/worker_protocol.hpp"

#include <chrono>
#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace camwall::media {

/// The worker's end of its socket to the server. Sending never waits, but for a short time for
/// the last message.
class server_link {
public:
  explicit server_link(unique_fd socket) noexcept : socket_(std::move(socket)) {
    // nop
  }

  /// Waits for the first packet; nothing when it is not what a worker can be made for or does not
  /// come in time.
  std::optional<task> wait_for_task(std::chrono::milliseconds deadline);

  /// Is told what is watched, from within `stop_requested`; what came before is told at once. None:
  /// what comes is kept until there is one.
  void on_watch(std::function<void(const watch_order&)> handler);

  /// The same for stills.
  void on_still(std::function<void(const still_order&)> handler);

  /// Whether the server asked us to end, or is gone. Cheap: looks at the socket now and then only.
  bool stop_requested();

  void send(const fact& x);
  void send_last(const fact& x);

private:
  bool try_send(const std::string& packet) noexcept;
  void look();
  bool take_order();
  bool heed(const order& x);

  unique_fd socket_;
  std::string packet_;
  std::function<void(const watch_order&)> on_watch_;
  std::optional<watch_order> untold_;
  std::function<void(const still_order&)> on_still_;
  std::vector<still_order> untold_stills_; ///< At most `stills_per_worker_max`.
  bool stop_ = false;
  std::chrono::steady_clock::time_point looked_at_;
};

} // namespace camwall::media
