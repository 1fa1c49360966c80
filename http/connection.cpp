#include "http/connection.hpp"

#include "http/problem.hpp"

#include <linux/sockios.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdio>
#include <utility>

namespace camwall::http {

namespace {

// Of one pipelining connection, before others have their turn.
constexpr int requests_per_turn_max = 16;
constexpr std::chrono::seconds linger_deadline{2};
constexpr std::size_t linger_bytes_max = 1'048'576;
// Only in the metrics: the peer left before the answer was complete.
constexpr int status_aborted = 499;

framing_limits limits_of(const listen_options& x) {
  framing_limits out;
  out.header_bytes_max = x.header_bytes_max;
  out.body_bytes_max = x.body_bytes_max;
  return out;
}

} // namespace

connection::connection(int socket, const peer_address& peer, connection_context& context,
                       steady_time now)
  : socket_(socket),
    peer_(peer),
    context_(context),
    framer_(limits_of(context.options)),
    since_(now) {
  // nop
}

connection::~connection() {
  abandon();
  if (source_) // It is the client who ends most of these.
    report(record_.status);
  else if (out_.active() || state_ == state::waiting)
    report(status_aborted);
}

connection::wants connection::enter(state x, steady_time now) {
  state_ = x;
  since_ = now;
  return present();
}

connection::wants connection::present() const noexcept {
  switch (state_) {
    case state::waiting:
      return awaited_->frame.on_abandoned ? wants::leave : wants::wait;
    case state::sending:
      return wants::write;
    case state::streaming:
      return wants::leave;
    default:
      return wants::read;
  }
}

connection::wants connection::on_readable(steady_time now) {
  if (state_ == state::lingering)
    return drain();
  auto& buffer = context_.buffer;
  auto n = ::recv(socket_, buffer.data(), buffer.size(), MSG_DONTWAIT);
  if (n < 0)
    return errno == EAGAIN || errno == EINTR ? wants::read : wants::close;
  if (n == 0) // A half-close comes here too, but only after everything that was asked before it is
              // answered.
    return wants::close;
  if (state_ == state::idle)
    enter(state::receiving, now);
  std::string_view fresh{buffer.data(), static_cast<std::size_t>(n)};
  if (input_.empty())
    return consume(fresh, now);
  input_.append(fresh);
  return consume(input_, now);
}

connection::wants connection::on_writable(steady_time now) {
  if (!out_.active()) // Had its share of the last turn.
    return consume(input_, now);
  return resume(pump(now), now);
}

// Goes on with what the peer has sent ahead, once the answer before it has left.
connection::wants connection::resume(wants next, steady_time now) {
  return out_.active() || ends_turn(next) ? next : consume(input_, now);
}

// Nothing that follows in the input is a request to be answered now.
bool connection::ends_turn(wants next) const noexcept {
  return next == wants::close || next == wants::upgrade || state_ == state::lingering ||
         state_ == state::waiting || state_ == state::streaming;
}

connection::upgrade connection::take_upgrade() {
  return {std::move(upgrade_), std::move(input_)};
}

// Answers the requests at the beginning of `input` in order and keeps the rest.
connection::wants connection::consume(std::string_view input, steady_time now) {
  std::size_t used = 0;
  auto next = wants::read;
  for (int turn = 0; used < input.size(); ++turn) {
    if (turn == requests_per_turn_max) {
      keep(input, used);
      return enter(state::sending, now);
    }
    auto found = framer_.next(input.substr(used));
    if (found == framer::result::incomplete) {
      if (state_ != state::receiving)
        enter(state::receiving, now);
      break;
    }
    if (found == framer::result::refused) {
      refuse(framer_.why(), now);
      used = input.size();
    } else {
      used += framer_.request().size;
      answer_framed(now);
    }
    next = state_ == state::waiting ? present() : pump(now);
    if (out_.active() || ends_turn(next))
      break;
  }
  if (next != wants::close)
    keep(input, used);
  return next;
}

void connection::keep(std::string_view input, std::size_t used) {
  auto rest = input.substr(used);
  if (rest.empty())
    std::string{}.swap(input_); // An idle connection holds no buffer.
  else if (input.data() == input_.data())
    input_.erase(0, used);
  else
    input_.assign(rest);
}

void connection::answer_framed(steady_time now) {
  const auto& framed = framer_.request();
  request x;
  if (auto why = context_.parser.parse(framed, x))
    return refuse(*why, now);
  x.from_loopback = peer_.loopback;
  x.peer = peer_.address;
  x.minor_version = framed.minor_version;
  keep_alive_ = framed.keep_alive;
  chunked_ = framed.minor_version > 0;
  begin(context_.answer(x), to_string(x.method), now);
}

void connection::refuse(const refusal& why, steady_time now) {
  if (why.status == 431 || why.status == 413 || why.status == 414)
    context_.observer.on_limit(why.status == 413 ? "body_bytes" : "header_bytes");
  refused_ = true;
  keep_alive_ = false;
  auto x = problem(why.status, why.code, why.detail);
  x.route = "refused";
  begin(std::move(x), "unknown", now);
}

void connection::begin(response x, std::string_view method, steady_time now) {
  record_ = {x.route, method, x.status, now};
  if (x.later)
    return postpone(std::move(x), now);
  upgrade_ = std::move(x.upgrade);
  source_ = x.omit_body ? nullptr : x.source;
  if (source_ && !chunked_)
    keep_alive_ = false; // The end of the body is that of the connection.
  out_.begin(std::move(x), {keep_alive_, chunked_, http_date()});
  enter(state::sending, now);
}

connection::wants connection::pump(steady_time now) {
  auto before = out_.sent();
  auto x = out_.pump(socket_);
  if (out_.sent() != before)
    since_ = now;
  sent_ += out_.sent() - before;
  switch (x) {
    case outgoing::progress::done:
      if (source_)
        return feed(now);
      report(record_.status);
      out_.reset();
      return after_answer(now);
    case outgoing::progress::failed:
      report(source_ ? record_.status : status_aborted);
      out_.reset();
      source_.reset();
      return wants::close;
    case outgoing::progress::blocked:
    case outgoing::progress::yielded:
      break;
  }
  return wants::write;
}

connection::wants connection::after_answer(steady_time now) {
  if (upgrade_)
    return wants::upgrade;
  if (keep_alive_)
    return enter(state::idle, now);
  // Closing a socket with unread input resets it, and the peer may never see the answer.
  if (!refused_ || ::shutdown(socket_, SHUT_WR) != 0)
    return wants::close;
  return enter(state::lingering, now);
}

connection::wants connection::drain() {
  auto& buffer = context_.buffer;
  auto n = ::recv(socket_, buffer.data(), buffer.size(), MSG_DONTWAIT);
  if (n < 0)
    return errno == EAGAIN || errno == EINTR ? wants::read : wants::close;
  drained_ += static_cast<std::size_t>(n);
  return n == 0 || drained_ > linger_bytes_max ? wants::close : wants::read;
}

connection::wants connection::on_tick(steady_time now) {
  auto age = now - since_;
  switch (state_) {
    case state::idle:
      return age > context_.options.idle_deadline ? wants::close : wants::read;
    case state::receiving:
      if (age <= context_.options.header_deadline)
        return wants::read;
      context_.observer.on_limit("header_deadline");
      refuse({408, "request_timeout", "The request did not arrive in time."}, now);
      input_.clear();
      return pump(now);
    case state::waiting:
      return age > context_.options.answer_deadline ? give_up_waiting(now) : present();
    case state::sending:
      return check_stall(now);
    case state::streaming:
      return check_stream(now);
    case state::lingering:
      return age > linger_deadline ? wants::close : wants::read;
  }
  return wants::close;
}

// The kernel takes bytes in large steps; what the peer acknowledges tells a slow reader from a dead
// one.
connection::wants connection::check_stall(steady_time now) {
  int unsent = 0;
  if (::ioctl(socket_, SIOCOUTQ, &unsent) == 0 && unsent != unsent_) {
    unsent_ = unsent;
    since_ = now;
  }
  return now - since_ > context_.options.stall_deadline ? evict() : wants::write;
}

connection::wants connection::evict() {
  context_.observer.on_limit("stall");
  // Reset: megabytes for a peer that reads nothing would otherwise stay in the kernel for minutes.
  linger abort{1, 0};
  ::setsockopt(socket_, SOL_SOCKET, SO_LINGER, &abort, sizeof abort);
  return wants::close;
}

void connection::postpone(response x, steady_time now) {
  auto ask = std::exchange(x.later, {});
  x.source.reset();
  awaited_ = std::make_unique<awaited>(awaited{std::move(ask), ++last_number_, std::move(x)});
  enter(state::waiting, now);
}

connection::pending connection::take_later() {
  if (!awaited_)
    return {};
  return {std::exchange(awaited_->ask, {}), awaited_->number};
}

connection::wants connection::on_answer(std::uint64_t number, response x, steady_time now) {
  if (!awaited_ || awaited_->number != number)
    return present();
  auto frame = std::move(awaited_->frame);
  awaited_.reset();
  auto asked = record_;
  auto waits_since = since_;
  x.fields.append(frame.fields);
  x.route = frame.route;
  x.omit_body = frame.omit_body;
  begin(std::move(x), asked.method, now);
  record_.began = asked.began;
  if (state_ != state::waiting)
    return resume(pump(now), now);
  since_ = waits_since;
  return present();
}

connection::wants connection::give_up_waiting(steady_time now) {
  context_.observer.on_limit("answer_deadline");
  abandon();
  auto late =
    problem(504, "answer_timeout", "What was asked for took too long; it may still be under way.");
  return on_answer(awaited_->number, std::move(late), now);
}

void connection::abandon() noexcept {
  if (!awaited_ || awaited_->ask) // Nobody makes it.
    return;
  auto tell = std::exchange(awaited_->frame.on_abandoned, {});
  try {
    if (tell)
      tell();
  } catch (...) {
    context_.observer.on_limit("exceptions");
  }
}

// The end of the peer's half alone means nothing to an answer that is being made: it may still read
// (RFC 9112 §9.6). To a body without an end, and to an answer that is worth nothing without a
// reader, it is the only sign that nobody reads any more.
connection::wants connection::on_hangup() const {
  pollfd x{socket_, static_cast<short>(present() == wants::leave ? POLLRDHUP : 0), 0};
  return ::poll(&x, 1, 0) == 1 && x.revents != 0 ? wants::close : present();
}

// What the source has goes out in one chunk (RFC 9112 §7.1).
connection::wants connection::feed(steady_time now) {
  auto piece = source_->take(now);
  if (piece && piece->empty()) {
    out_.reset();
    if (state_ != state::streaming) // Else the time of the last progress would be lost.
      enter(state::streaming, now);
    return wants::leave;
  }
  std::string bytes;
  if (chunked_) {
    std::array<char, 24> size{};
    std::snprintf(size.data(), size.size(), "%zx\r\n", piece ? piece->size() : 0);
    bytes = size.data();
  }
  if (piece)
    bytes.append(*piece);
  else
    source_.reset();
  if (chunked_)
    bytes.append("\r\n");
  out_.begin_piece(std::move(bytes));
  return enter(state::sending, now);
}

// A peer that is gone without a word acknowledges nothing; the kernel would take what is sent to it
// for many minutes.
connection::wants connection::check_stream(steady_time now) {
  int unsent = 0;
  if (::ioctl(socket_, SIOCOUTQ, &unsent) == 0) {
    auto taken = sent_ - std::min(sent_, static_cast<std::uint64_t>(unsent));
    if (unsent == 0 || taken != taken_)
      since_ = now;
    taken_ = taken;
  }
  if (now - since_ > context_.options.stall_deadline)
    return evict();
  auto progress = since_;
  auto next = feed(now);
  if (state_ == state::sending)
    next = resume(pump(now), now);
  if (state_ == state::streaming)
    since_ = progress;
  return next;
}

void connection::report(int status) {
  context_.observer.on_request(record_.route, record_.method, status,
                               std::chrono::steady_clock::now() - record_.began);
}

} // namespace camwall::http
