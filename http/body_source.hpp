#pragma once

#include <chrono>
#include <optional>
#include <string>

namespace camwall::http {

/// Makes the body of an answer while it is sent. All on the thread of the connection, which owns
/// it: it is destroyed when the client has left or the body has ended.
class body_source {
public:
  virtual ~body_source() = default;

  /// The next piece: whatever there is now, some 64 KiB at most. Asked for when the piece before is
  /// with the kernel, and then a few times a second. Empty when there is nothing at present; none
  /// at all when the body has ended. Must not block.
  virtual std::optional<std::string> take(std::chrono::steady_clock::time_point now) = 0;
};

} // namespace camwall::http
