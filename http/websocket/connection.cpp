#include "http/websocket/connection.hpp"

#include <linux/sockios.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <stdexcept>
#include <string>
#include <utility>

namespace camwall::http {

namespace {

// A burst of more leaves at once; less waits for the end of the turn, so that small messages share
// a call into the kernel.
constexpr std::size_t eager_bytes = 131'072;
constexpr std::size_t discarded_bytes_max = 1'048'576; // Of a client that talks on after the end.

} // namespace

websocket_connection::websocket_connection(int socket, websocket_context& context, time_point now)
  : socket_(socket),
    context_(context),
    reader_(context.limits.message_bytes_max),
    now_(now),
    since_(now),
    received_(now),
    left_since_(now),
    tokens_(static_cast<double>(context.limits.messages_per_second_max)),
    tokens_since_(now) {
  // nop
}

websocket_connection::~websocket_connection() {
  state_ = state::ending; // The session's last words are not heard.
  session_.reset();
  std::erase(context_.dirty, this);
}

// Calls the session; what it throws ends the socket.
template <class F>
void websocket_connection::call(F f) {
  if (state_ != state::open)
    return;
  try {
    f();
  } catch (...) {
    fail("exception", close_code::internal_error, "the server failed");
  }
}

websocket_connection::wants websocket_connection::open(const session_factory& make,
                                                       websocket_loop& loop, std::string_view input,
                                                       time_point now) {
  now_ = now;
  call([&] {
    session_ = make(loop, *this);
    if (!session_)
      throw std::logic_error("no session");
    if (state_ == state::open)
      session_->on_open();
  });
  if (!input.empty())
    consume(input);
  return flush(now);
}

websocket_connection::wants websocket_connection::on_readable(time_point now) {
  now_ = now;
  auto& buffer = context_.buffer;
  auto n = ::recv(socket_, buffer.data(), buffer.size(), MSG_DONTWAIT);
  if (n > 0)
    consume({buffer.data(), static_cast<std::size_t>(n)});
  else if (n == 0 || (errno != EAGAIN && errno != EINTR))
    dead_ = true;
  return dead_ ? settle() : flush(now);
}

void websocket_connection::consume(std::string_view input) {
  received_ = now_;
  pinged_.reset();
  if (state_ == state::ending) {
    discarded_ += input.size();
    dead_ = dead_ || discarded_ > discarded_bytes_max;
    return;
  }
  reader_.give(input);
  while (state_ != state::ending) {
    auto found = reader_.next();
    if (found == message_reader::result::none)
      break;
    if (found == message_reader::result::message) {
      handle(reader_.message());
    } else if (auto why = reader_.why(); why.close_code == close_code::message_too_big) {
      evict("message_bytes", why.close_code, why.reason);
    } else {
      fail("protocol", why.close_code, why.reason);
    }
  }
  if (auto x = reader_.unfinished(); x != unfinished_) {
    unfinished_ = x;
    unfinished_since_ = now_;
  }
}

void websocket_connection::handle(const client_message& x) {
  if (x.kind == message_kind::close) {
    if (state_ == state::open)
      writer_.close_now(x.close_code, {});
    enter(state::ending);
    return;
  }
  if (!spend_token())
    return evict("message_rate", close_code::policy_violation, "too many messages");
  switch (x.kind) {
    case message_kind::text:
      return call([&] { session_->on_text(x.payload); });
    case message_kind::binary:
      return call([&] { session_->on_binary(x.payload); });
    case message_kind::ping:
      return writer_.pong(x.payload);
    case message_kind::pong:
    case message_kind::close:
      return;
  }
}

bool websocket_connection::spend_token() {
  auto rate = static_cast<double>(context_.limits.messages_per_second_max);
  auto passed = std::chrono::duration<double>(now_ - tokens_since_).count();
  tokens_since_ = now_;
  tokens_ = std::min(rate, tokens_ + passed * rate);
  if (tokens_ < 1)
    return false;
  tokens_ -= 1;
  return true;
}

websocket_connection::wants websocket_connection::flush(time_point now) {
  now_ = now;
  dirty_ = false;
  auto x = writer_.pump(socket_);
  blocked_ = x == message_writer::progress::blocked;
  if (x == message_writer::progress::failed)
    dead_ = true;
  else if (std::exchange(drained_, writer_.sent()) != writer_.sent())
    call([&] { session_->on_drained(); });
  return settle();
}

// The end of every call: nobody is inside the session.
websocket_connection::wants websocket_connection::settle() {
  if (dead_)
    state_ = state::ending;
  if (state_ != state::open)
    session_.reset();
  if (dead_)
    return wants::close;
  auto idle = writer_.queued_bytes() == 0;
  if (state_ == state::closing && !idle)
    since_ = now_;
  if (state_ == state::ending && idle && !std::exchange(shut_, true))
    ::shutdown(socket_, SHUT_WR);
  return idle ? wants::read : wants::read_and_write;
}

websocket_connection::wants websocket_connection::on_tick(time_point now) {
  now_ = now;
  call([&] { session_->on_tick(now); });
  note_progress();
  if (state_ == state::open)
    check_open();
  else
    check_closing();
  return dead_ ? settle() : flush(now);
}

// What the client's kernel acknowledges tells a slow reader from one that reads nothing: our own
// takes bytes in large steps.
void websocket_connection::note_progress() {
  int unsent = 0;
  if (::ioctl(socket_, SIOCOUTQ, &unsent) != 0)
    unsent = 0;
  auto left = static_cast<std::int64_t>(writer_.sent()) - unsent;
  auto waiting = unsent > 0 || writer_.queued_bytes() > 0;
  if (left > left_ || !waiting)
    left_since_ = now_;
  left_ = left;
}

void websocket_connection::check_open() {
  const auto& limits = context_.limits;
  if (now_ - left_since_ > limits.stall_deadline)
    return evict("stall", close_code::too_slow, "nothing was read for too long");
  if (unfinished_ != 0 && now_ - unfinished_since_ > limits.message_deadline)
    return evict("message_deadline", close_code::policy_violation, "message took too long");
  if (pinged_) {
    if (now_ - *pinged_ <= limits.pong_deadline)
      return;
    evict("pong", close_code::going_away, "no answer to a ping");
    return cut(); // Nobody is there to close with.
  }
  if (now_ - received_ > limits.ping_interval) {
    writer_.ping();
    pinged_ = now_;
  }
}

void websocket_connection::check_closing() {
  const auto& limits = context_.limits;
  auto late = now_ - since_ > limits.close_deadline;
  auto stalled = now_ - left_since_ > limits.stall_deadline;
  if (late || stalled)
    cut();
}

void websocket_connection::evict(std::string_view limit, std::uint16_t code,
                                 std::string_view reason) {
  if (state_ == state::open)
    context_.observer.on_limit("websocket_" + std::string{limit});
  fail(limit, code, reason);
}

void websocket_connection::fail(std::string_view why, std::uint16_t code, std::string_view reason) {
  if (state_ == state::open) { // Else a close frame is on its way already.
    context_.observer.on_websocket_evicted(why);
    writer_.close_now(code, reason);
  }
  enter(state::ending);
  mark_dirty();
}

void websocket_connection::enter(state x) {
  state_ = x;
  since_ = now_;
}

// Reset: what a peer does not read would otherwise stay in the kernel for minutes.
void websocket_connection::cut() {
  if (writer_.queued_bytes() > 0 || !shut_) {
    linger abort{1, 0};
    ::setsockopt(socket_, SOL_SOCKET, SO_LINGER, &abort, sizeof abort);
  }
  dead_ = true;
}

websocket_connection::wants websocket_connection::go_away(time_point now) {
  now_ = now;
  if (state_ == state::open) {
    writer_.close_now(close_code::going_away, "the server ends");
    enter(state::closing);
  }
  return flush(now);
}

void websocket_connection::send_text(std::string message) {
  if (state_ != state::open)
    return;
  writer_.text(message);
  after_enqueue();
}

void websocket_connection::send_binary(std::string head, media_chunk_ptr chunk) {
  if (state_ != state::open)
    return;
  writer_.binary(head, std::move(chunk));
  after_enqueue();
}

void websocket_connection::after_enqueue() {
  auto flushed_later = blocked_;
  if (!blocked_ && writer_.queued_bytes() > eager_bytes)
    blocked_ = writer_.pump(socket_) != message_writer::progress::done;
  if (writer_.queued_bytes() > context_.limits.queue_bytes_max)
    return evict("queue", close_code::too_slow, "too much is waiting");
  if (!flushed_later) // When the socket takes bytes again.
    mark_dirty();
}

std::size_t websocket_connection::queued_bytes() const noexcept {
  return writer_.queued_bytes();
}

void websocket_connection::close(std::uint16_t code, std::string_view reason) {
  if (state_ != state::open)
    return;
  writer_.close(code, reason);
  enter(state::closing);
  mark_dirty();
}

void websocket_connection::mark_dirty() {
  if (!std::exchange(dirty_, true))
    context_.dirty.push_back(this);
}

} // namespace camwall::http
