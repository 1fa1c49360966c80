#pragma once

#include "http/websocket/loop.hpp"

#include <cstddef>
#include <memory>
#include <vector>

namespace camwall::http {

/// All WebSockets of a listener, spread over a few threads.
class websocket_engine {
public:
  /// `threads` 0 is one for two cores, and at least one. `observer` must outlive it. Throws
  /// std::runtime_error when the system is out of descriptors or threads.
  websocket_engine(std::size_t threads, const websocket_limits& limits, http_observer& observer);

  /// Gives the socket to the thread that has the fewest; from any thread.
  void adopt(upgraded_socket x);

  /// Ends all of them with 1001, at the same time, and joins the threads. Idempotent.
  void stop();

private:
  const websocket_limits limits_;
  std::vector<std::unique_ptr<websocket_thread>> threads_;
};

} // namespace camwall::http
