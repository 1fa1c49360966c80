#pragma once

#include "core/name_list.hpp"

#include <chrono>
#include <cstddef>

namespace camwall::http {

/// What one viewer over WebSocket, and all together, may take.
struct live_limits {
  std::size_t channels_max = 256;         ///< Of one socket.
  std::size_t subscriptions_max = 16'384; ///< Of all sockets: 1013 beyond.

  /// What waits for one viewer, over all its channels: beyond it whole GOPs are dropped.
  std::size_t viewer_queue_bytes_max = 4UL * 1024 * 1024;

  /// A viewer that is so far behind loses whole GOPs, however few bytes they are.
  std::chrono::milliseconds waiting_max{3'000};

  /// Handed to the socket at a time. What was handed over cannot be dropped any more.
  std::size_t peer_bytes_max = 256UL * 1024;

  /// What waits for one loop's thread: beyond it all its viewers lose what comes.
  std::size_t inbox_bytes_max = 32UL * 1024 * 1024;

  std::size_t bad_messages_max = 10; ///< Of one client: then 4000.

  /// How often a stream that is watched is asked for again: well below the linger.
  std::chrono::milliseconds demand_interval{2'000};

  /// A viewer is told of its losses so often at most, for each channel.
  std::chrono::milliseconds notice_interval{2'000};

  /// How often the cameras' states are compared.
  std::chrono::milliseconds state_interval{200};

  /// Of one wall's reports; two may come at once.
  std::chrono::milliseconds report_interval{5'000};

  /// A wall that reports is silent when it has not for so long.
  std::chrono::milliseconds report_deadline{30'000};

  /// The names that a wall may give itself: label values of the metrics.
  name_list walls;
};

} // namespace camwall::http
