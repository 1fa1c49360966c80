#include "media/worker/server_link.hpp"

#include "media/worker/log.hpp"
#include "media/worker/order_bell.hpp"

#include <poll.h>
#include <sys/socket.h>

#include <cerrno>
#include <string>
#include <utility>

namespace camwall::media {

namespace {

constexpr std::chrono::milliseconds look_every{50};
constexpr int last_words_ms = 200;

} // namespace

std::optional<task> server_link::wait_for_task(std::chrono::milliseconds deadline) {
  pollfd ready{.fd = socket_.get(), .events = POLLIN, .revents = 0};
  if (::poll(&ready, 1, static_cast<int>(deadline.count())) != 1)
    return std::nullopt;
  std::string packet(message_bytes_max, '\0');
  auto n = ::recv(socket_.get(), packet.data(), packet.size(), MSG_DONTWAIT | MSG_TRUNC);
  if (n <= 0 || static_cast<std::size_t>(n) > packet.size())
    return std::nullopt;
  packet.resize(static_cast<std::size_t>(n));
  auto x = decode_order(packet);
  if (!x) {
    log_line("unreadable order: " + x.error());
    return std::nullopt;
  }
  the_order_bell().fd = socket_.get();
  if (auto* job = std::get_if<open_order>(&*x))
    return std::move(*job);
  if (auto* job = std::get_if<probe_order>(&*x))
    return std::move(*job);
  return std::nullopt;
}

bool server_link::stop_requested() {
  auto now = std::chrono::steady_clock::now();
  if (!stop_ && (the_order_bell().rung || now - looked_at_ >= look_every)) {
    looked_at_ = now;
    look();
  }
  return stop_;
}

void server_link::on_watch(std::function<void(const watch_order&)> handler) {
  on_watch_ = std::move(handler);
  if (on_watch_ && untold_)
    on_watch_(*std::exchange(untold_, std::nullopt));
}

void server_link::on_still(std::function<void(const still_order&)> handler) {
  on_still_ = std::move(handler);
  if (on_still_)
    for (const auto& x : std::exchange(untold_stills_, {}))
      on_still_(x);
}

void server_link::look() {
  the_order_bell().rung = false;
  while (!stop_ && take_order()) {
    // nop
  }
}

/// Returns whether there may be another.
bool server_link::take_order() {
  packet_.resize(message_bytes_max);
  auto n = ::recv(socket_.get(), packet_.data(), packet_.size(), MSG_DONTWAIT | MSG_TRUNC);
  if (n < 0 && (errno == EAGAIN || errno == EINTR))
    return false;
  std::optional<order> what;
  if (n > 0 && static_cast<std::size_t>(n) <= packet_.size())
    if (auto x = decode_order({packet_.data(), static_cast<std::size_t>(n)}))
      what = std::move(*x);
  // Whatever else it is, the socket's end included, it is no reason to go on.
  stop_ = !what || !heed(*what);
  return !stop_;
}

/// False when it is an order to stop, or one that makes no sense now.
bool server_link::heed(const order& x) {
  if (const auto* watched = std::get_if<watch_order>(&x)) {
    if (on_watch_)
      on_watch_(*watched);
    else
      untold_ = *watched;
    return true;
  }
  const auto* still = std::get_if<still_order>(&x);
  if (still == nullptr)
    return false;
  if (on_still_)
    on_still_(*still);
  else if (untold_stills_.size() < stills_per_worker_max)
    untold_stills_.push_back(*still);
  return true;
}

bool server_link::try_send(const std::string& packet) noexcept {
  return ::send(socket_.get(), packet.data(), packet.size(), MSG_DONTWAIT | MSG_NOSIGNAL) >= 0;
}

void server_link::send(const fact& x) {
  try_send(encode(x));
}

void server_link::send_last(const fact& x) {
  auto packet = encode(x);
  if (try_send(packet))
    return;
  pollfd ready{.fd = socket_.get(), .events = POLLOUT, .revents = 0};
  if (::poll(&ready, 1, last_words_ms) == 1)
    try_send(packet);
}

} // namespace camwall::media
