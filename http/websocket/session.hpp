#pragma once

#include "core/live_media.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

namespace camwall::http {

/// Close codes (RFC 6455 §7.4; 4000 and up are ours).
namespace close_code {
inline constexpr std::uint16_t normal = 1000;
inline constexpr std::uint16_t going_away = 1001;
inline constexpr std::uint16_t protocol_error = 1002;
inline constexpr std::uint16_t unsupported_data = 1003;
inline constexpr std::uint16_t invalid_payload = 1007;
inline constexpr std::uint16_t policy_violation = 1008;
inline constexpr std::uint16_t message_too_big = 1009;
inline constexpr std::uint16_t internal_error = 1011;
inline constexpr std::uint16_t try_again_later = 1013;
inline constexpr std::uint16_t bad_request = 4000;
inline constexpr std::uint16_t not_allowed = 4001;
inline constexpr std::uint16_t not_found = 4004;
inline constexpr std::uint16_t too_slow = 4008;
} // namespace close_code

/// The other end of a WebSocket, as its session sees it. Only on the socket's own loop thread.
class websocket_peer {
public:
  virtual ~websocket_peer() = default;

  virtual void send_text(std::string message) = 0;

  /// One binary message: `head` (may be empty) followed by `chunk`'s payload, which is shared and
  /// not copied. `chunk` is not null.
  virtual void send_binary(std::string head, media_chunk_ptr chunk) = 0;

  /// Bytes that were handed over and have not left for the kernel yet.
  virtual std::size_t queued_bytes() const noexcept = 0;

  /// Begins the closing handshake after what is queued has left; what is sent afterwards is
  /// dropped. `reason` is at most 123 bytes of UTF-8, longer ones are cut.
  virtual void close(std::uint16_t code, std::string_view reason) = 0;
};

/// What is said over one WebSocket. Made and called on the socket's loop thread; a throw ends the
/// socket with 1011.
class websocket_session {
public:
  using time_point = std::chrono::steady_clock::time_point;

  virtual ~websocket_session() = default;

  virtual void on_open() = 0;

  /// A whole message, valid UTF-8, at most `websocket_limits::message_bytes_max` long.
  virtual void on_text(std::string_view message) = 0;

  virtual void on_binary(std::string_view message) = 0;

  /// Some of what was queued has left: there may be room for more.
  virtual void on_drained() = 0;

  /// A few times a second.
  virtual void on_tick(time_point now) = 0;
};

/// One thread's loop, as sessions see it.
class websocket_loop {
public:
  virtual ~websocket_loop() = default;

  /// Runs `job` on the loop's thread soon; from any thread. Dropped when the loop has ended.
  virtual void post(std::function<void()> job) = 0;
};

/// Makes the session of a WebSocket whose handshake is done. Called on the loop's thread; `peer`
/// outlives the session.
using session_factory =
  std::function<std::unique_ptr<websocket_session>(websocket_loop& loop, websocket_peer& peer)>;

/// Counted by reason; all on the loop's thread.
struct websocket_limits {
  std::size_t message_bytes_max = 65'536; ///< Of what a client sends: 1009 beyond.
  std::size_t messages_per_second_max =
    100; ///< Of one client, with bursts of as many: 1008 beyond.
  std::size_t queue_bytes_max =
    8UL * 1024 * 1024; ///< A last resort, beyond what sessions allow themselves: 4008.
  std::chrono::milliseconds ping_interval{
    15'000}; ///< After so long without anything from the client a ping goes out.
  std::chrono::milliseconds pong_deadline{
    10'000}; ///< Nothing came since the ping: the client is gone.
  std::chrono::milliseconds stall_deadline{10'000}; ///< Something is queued and nothing left: 4008.
  std::chrono::milliseconds close_deadline{
    2'000}; ///< For the client's half of the closing handshake.
  std::chrono::milliseconds message_deadline{15'000}; ///< From a message's first byte to its last.
};

} // namespace camwall::http
