#pragma once

#include "http/connection_limits.hpp"
#include "http/framing.hpp"
#include "http/outgoing.hpp"
#include "http/request_parser.hpp"
#include "http/wall_services.hpp"

#include <array>
#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>

namespace camwall::http {

using steady_time = std::chrono::steady_clock::time_point;

/// Makes the answer to a request; called from several threads. Must not throw.
using answer_function = std::function<response(const request&)>;

/// What all connections of one thread share.
struct connection_context {
  connection_context(const listen_options& options_, const answer_function& answer_,
                     http_observer& observer_)
    : options(options_), answer(answer_), observer(observer_) {
    // nop
  }

  const listen_options& options;
  const answer_function& answer;
  http_observer& observer;
  request_parser parser;
  // Requests that come whole are parsed here and never copied.
  std::array<char, 16'384> buffer{};
};

/// One HTTP/1.1 connection over a non-blocking socket that somebody else owns and watches: reads,
/// frames, answers, writes, one request at a time. While an answer is made or waits for the peer
/// nothing is read, so that what a peer sends ahead stays in its own kernel's buffers. Belongs to
/// one thread, in which SIGPIPE is blocked or ignored (sendfile raises it).
class connection {
public:
  /// What to watch the socket for, level-triggered; or what to do with it.
  enum class wants {
    read,
    write,
    wait,  ///< Nothing but its end. If there is one, `take_later` has what to ask for the answer.
    leave, ///< Nothing but that the peer closes its half: a body is sent while it is made, or as
           ///< `wait`, for an answer that is worth nothing without it.
    close,
    upgrade, ///< A 101 has left: `take_upgrade`, and the socket belongs to somebody else.
  };

  /// What goes on with the connection after its upgrade.
  struct upgrade {
    session_factory make;
    std::string input; ///< What the peer has sent beyond its request.
  };

  /// Who is asked for an answer that comes later.
  struct pending {
    std::function<void(answer_later)> ask; ///< Empty when nobody is to be asked now.
    std::uint64_t number = 0;              ///< For `on_answer`.
  };

  connection(int socket, const peer_address& peer, connection_context& context, steady_time now);
  ~connection();
  connection(const connection&) = delete;
  connection& operator=(const connection&) = delete;

  wants on_readable(steady_time now);
  wants on_writable(steady_time now);

  /// To be called a few times a second: holds the deadlines.
  wants on_tick(steady_time now);

  /// The socket told something while only its end was awaited.
  wants on_hangup() const;

  /// The answer to the request of that number; ignored when nobody waits for it any more.
  wants on_answer(std::uint64_t number, response x, steady_time now);

  /// After `wants::wait` and `wants::leave`.
  pending take_later();

  /// After `wants::upgrade`, which is the last word of this connection.
  upgrade take_upgrade();

private:
  enum class state {
    idle,      // Between requests.
    receiving, // Part of a request has come.
    waiting,   // The answer is being made elsewhere.
    sending,   // An answer waits for the peer.
    streaming, // All of a body that there is has been sent; more will come.
    lingering, // All is said; what the peer still sends is thrown away (RFC 9112 §9.6).
  };

  struct record { // Of the answer in progress, for the observer.
    std::string_view route;
    std::string_view method;
    int status = 0;
    steady_time began;
  };

  struct awaited { // The answer that comes later.
    std::function<void(answer_later)> ask;
    std::uint64_t number = 0;
    response frame; // What goes with it.
  };

  wants consume(std::string_view input, steady_time now);
  bool ends_turn(wants next) const noexcept;
  void keep(std::string_view input, std::size_t used);
  void answer_framed(steady_time now);
  void refuse(const refusal& why, steady_time now);
  void begin(response x, std::string_view method, steady_time now);
  wants pump(steady_time now);
  wants after_answer(steady_time now);
  void postpone(response x, steady_time now);
  wants give_up_waiting(steady_time now);
  void abandon() noexcept;
  wants feed(steady_time now);
  wants check_stream(steady_time now);
  wants resume(wants next, steady_time now);
  wants present() const noexcept;
  wants drain();
  wants evict();
  wants check_stall(steady_time now);
  void report(int status);
  wants enter(state x, steady_time now);

  int socket_;
  peer_address peer_;
  connection_context& context_;
  framer framer_;
  outgoing out_;
  std::string
    input_; // Begins with a request that is not complete, or waits for the present answer.
  state state_ = state::idle;
  steady_time
    since_; // Of the state, of the first byte of the request, or of the last progress of an answer.
  record record_;
  session_factory upgrade_;             // Of the answer in progress.
  std::shared_ptr<body_source> source_; // Of the answer in progress.
  std::unique_ptr<awaited> awaited_;    // While waiting.
  std::uint64_t last_number_ = 0;       // Of an answer that comes later.
  std::uint64_t sent_ = 0;              // Bytes, on the whole connection.
  std::uint64_t taken_ = 0;             // Of these, what the peer has acknowledged.
  int unsent_ = 0;                      // Bytes in the kernel that the peer has not acknowledged.
  std::size_t drained_ = 0;
  bool keep_alive_ = true;
  bool chunked_ = true; // Whether the peer knows chunks.
  bool refused_ = false;
};

} // namespace camwall::http
