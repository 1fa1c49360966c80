#pragma once

#include "core/live_media.hpp"

#include <sys/uio.h>

#include <cstddef>
#include <cstdint>
#include <deque>
#include <span>
#include <string>
#include <string_view>

namespace camwall::http {

/// What waits to go out over one WebSocket, and how it gets into the non-blocking socket: one
/// frame for each message (RFC 6455 §5), payloads shared and never copied. Control frames overtake
/// messages, but never cut one in two. Whoever fills it watches `queued_bytes`.
class message_writer {
public:
  enum class progress {
    done,    ///< The last byte is with the kernel.
    blocked, ///< The socket takes no more for now.
    failed,  ///< The peer is gone.
  };

  void text(std::string_view message);

  /// `head`, which may be empty, and the payload of `chunk` as one message.
  void binary(std::string_view head, media_chunk_ptr chunk);

  void ping();

  /// One answer waits at a time: the latest ping's (RFC 6455 §5.5.3).
  void pong(std::string_view payload);

  /// Ends with a close frame after all that is queued; `code` 0 leaves it empty. Nothing is taken
  /// afterwards.
  void close(std::uint16_t code, std::string_view reason);

  /// The same, but drops what has not begun to leave. Not after `close`.
  void close_now(std::uint16_t code, std::string_view reason);

  progress pump(int socket);

  /// Bytes that the kernel has not taken.
  std::size_t queued_bytes() const noexcept {
    return queued_bytes_;
  }

  /// Bytes that the kernel has taken, ever.
  std::uint64_t sent() const noexcept {
    return sent_;
  }

private:
  static constexpr std::size_t parts_max = 64; // Of one call into the kernel.

  struct item {
    std::string head; // Frame header and whatever is not shared.
    media_chunk_ptr chunk;
    bool control = false;

    std::size_t size() const noexcept {
      return head.size() + (chunk ? chunk->payload.size() : 0);
    }
  };

  void push(item x);
  void bring_controls_forward();
  std::size_t gather(std::span<iovec> parts) const;
  void advance(std::size_t n);

  std::deque<item> queue_;
  std::size_t front_sent_ = 0; // Of the first item.
  std::string pong_;           // Whole frames that overtake what has not begun.
  std::string ping_;
  std::size_t queued_bytes_ = 0;
  std::uint64_t sent_ = 0;
  bool closed_ = false;
};

} // namespace camwall::http
