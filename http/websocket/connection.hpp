#pragma once

#include "http/wall_services.hpp"
#include "http/websocket/message_reader.hpp"
#include "http/websocket/message_writer.hpp"
#include "http/websocket/session.hpp"

#include <array>
#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>
#include <vector>

namespace camwall::http {

class websocket_connection;

/// What all WebSockets of one loop share.
struct websocket_context {
  websocket_context(const websocket_limits& limits_, http_observer& observer_)
    : limits(limits_), observer(observer_) {
    // nop
  }

  const websocket_limits& limits;
  http_observer& observer;
  std::vector<websocket_connection*> dirty; ///< Those that have something to send: `flush` them.
  std::array<char, 65'536> buffer{};
};

/// One WebSocket over a non-blocking socket that somebody else owns and watches: reads messages,
/// answers pings, sends what its session hands over, holds all of `websocket_limits` and the
/// closing handshake (RFC 6455 §7). Belongs to one thread. The session is destroyed as soon as
/// nothing more can be said, at the end of the call that found this out.
class websocket_connection final : public websocket_peer {
public:
  using time_point = std::chrono::steady_clock::time_point;

  /// What to watch the socket for, level-triggered.
  enum class wants { read, read_and_write, close };

  websocket_connection(int socket, websocket_context& context, time_point now);
  ~websocket_connection() override;
  websocket_connection(const websocket_connection&) = delete;
  websocket_connection& operator=(const websocket_connection&) = delete;

  /// Makes the session and takes what the client has sent already. Once, first of all.
  wants open(const session_factory& make, websocket_loop& loop, std::string_view input,
             time_point now);

  wants on_readable(time_point now);

  /// The socket takes bytes again, or the session has handed some over.
  wants flush(time_point now);

  /// To be called a few times a second: holds the deadlines.
  wants on_tick(time_point now);

  /// The server ends: what has not begun to leave is dropped, the client is told 1001.
  wants go_away(time_point now);

  void send_text(std::string message) override;
  void send_binary(std::string head, media_chunk_ptr chunk) override;
  std::size_t queued_bytes() const noexcept override;
  void close(std::uint16_t code, std::string_view reason) override;

private:
  enum class state {
    open,
    closing, // Our close frame waits or has left, the client's has not come.
    ending,  // Nothing is said any more: the close frame leaves, what comes is thrown away.
  };

  template <class F>
  void call(F f);
  void consume(std::string_view input);
  void handle(const client_message& x);
  bool spend_token();
  void note_progress();
  void check_open();
  void check_closing();
  void evict(std::string_view limit, std::uint16_t code, std::string_view reason);
  void fail(std::string_view why, std::uint16_t code, std::string_view reason);
  void enter(state x);
  void cut();
  void mark_dirty();
  void after_enqueue();
  wants settle();

  int socket_;
  websocket_context& context_;
  message_reader reader_;
  message_writer writer_;
  std::unique_ptr<websocket_session> session_;
  state state_ = state::open;
  time_point now_;   // Of the call in progress, or of the last one.
  time_point since_; // Of the state; while closing, of the last byte that was queued.
  time_point received_;
  std::optional<time_point> pinged_; // When, if nothing came since.
  std::uint64_t unfinished_ = 0;     // The message that has begun, and when it did.
  time_point unfinished_since_;
  std::int64_t left_ = 0; // Bytes that the client's kernel has taken, and when that last grew.
  time_point left_since_;
  double tokens_; // Messages that the client may send now, and when that was reckoned.
  time_point tokens_since_;
  std::uint64_t drained_ = 0; // Bytes whose departure the session was told of.
  std::size_t discarded_ = 0;
  bool blocked_ = false;
  bool dirty_ = false;
  bool shut_ = false;
  bool dead_ = false;
};

} // namespace camwall::http
