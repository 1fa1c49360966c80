#pragma once

#include <chrono>
#include <cstddef>
#include <memory>
#include <string_view>

namespace camwall::metrics {

struct registry;

/// What the HTTP transport does. Any thread; the hot path takes one shared lock and no allocation.
class http_metrics {
public:
  explicit http_metrics(registry& x);

  /// `route` and `method` come from fixed tables: they are label values.
  void request(std::string_view route, std::string_view method, int code,
               std::chrono::nanoseconds took);

  /// A limit was reached; `limit` is its name.
  void limit_reached(std::string_view limit);

  void connections(int delta);

  /// The number of open WebSockets changed.
  void websockets(int delta);

  /// The server ended a WebSocket; `reason` comes from a fixed table.
  void websocket_evicted(std::string_view reason);

  /// A login came to an end; `result` comes from a fixed table.
  void login(std::string_view result);

  /// The number of open sessions.
  void sessions(std::size_t n);

private:
  struct instruments;
  std::shared_ptr<instruments> instruments_;
};

} // namespace camwall::metrics
