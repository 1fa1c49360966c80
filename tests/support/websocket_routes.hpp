#pragma once

#include "http/router.hpp"

#include <condition_variable>
#include <cstddef>
#include <memory>
#include <mutex>
#include <set>
#include <thread>
#include <unordered_map>
#include <vector>

namespace camwall::test {

/// A made-up camera for any number of viewers: one message a picture, the same bytes for all of
/// them. A message begins with sixteen bytes of header, then the picture's number (eight bytes,
/// big-endian).
class broadcast {
public:
  struct options {
    std::size_t bits_per_second = 2'000'000;
    int fps = 25;
    std::size_t queue_bytes_max = 1'048'576; ///< A viewer with more waiting loses pictures.
  };

  explicit broadcast(options x);
  ~broadcast();

  /// Ends the pictures; before the server ends.
  void stop();

  http::session_factory viewer();

private:
  class session;
  struct audience {
    std::set<session*> viewers; // Only on its loop's thread.
  };

  std::shared_ptr<audience> audience_of(http::websocket_loop& loop);
  void run();

  options options_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::unordered_map<http::websocket_loop*, std::shared_ptr<audience>> loops_; // Guarded by mutex_.
  bool stopped_ = false;                                                       // Guarded by mutex_.
  std::thread thread_;
};

/// `/ws/echo` says what it hears, but obeys some words (see the source); `/ws/protocol` is the same
/// and agrees to the first subprotocol offered; `/ws/broadcast` shows `source`.
std::vector<http::route> websocket_routes(broadcast& source);

} // namespace camwall::test
