#include "media/worker/server_link.hpp"

#include "media/worker/log.hpp"

#include <poll.h>
#include <sys/socket.h>

#include <cerrno>
#include <string>

namespace camwall::media {

namespace {

constexpr std::chrono::milliseconds look_every{50};
constexpr int last_words_ms = 200;

} // namespace

std::optional<open_order> server_link::wait_for_order(std::chrono::milliseconds deadline) {
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
  if (auto* job = std::get_if<open_order>(&*x))
    return std::move(*job);
  return std::nullopt;
}

bool server_link::stop_requested() {
  auto now = std::chrono::steady_clock::now();
  if (!stop_ && now - looked_at_ >= look_every) {
    looked_at_ = now;
    look();
  }
  return stop_;
}

void server_link::look() {
  std::string packet(1024, '\0');
  auto n = ::recv(socket_.get(), packet.data(), packet.size(), MSG_DONTWAIT | MSG_TRUNC);
  if (n < 0 && (errno == EAGAIN || errno == EINTR))
    return;
  // Whatever it is, end of file included, it is no reason to go on: there is no other order than
  // stop.
  stop_ = true;
}

bool server_link::try_send(const std::string& packet) noexcept {
  return ::send(socket_.get(), packet.data(), packet.size(), MSG_DONTWAIT | MSG_NOSIGNAL) >= 0;
}

void server_link::send(const fact& x) {
  try_send(encode(x));
}

void server_link::send_last(const failed& x) {
  auto packet = encode(fact{x});
  if (try_send(packet))
    return;
  pollfd ready{.fd = socket_.get(), .events = POLLOUT, .revents = 0};
  if (::poll(&ready, 1, last_words_ms) == 1)
    try_send(packet);
}

} // namespace camwall::media
