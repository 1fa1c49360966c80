#include "tools/camera_sim/control.hpp"

#include <glib-unix.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/time.h>

#include <array>
#include <cerrno>
#include <utility>

namespace camwall::camera_sim {

namespace {

constexpr std::size_t connections_max = 32;
constexpr std::size_t line_bytes_max = 4096;

/// A client that does not read its answer holds everybody up for this long, then it is dropped.
constexpr timeval answer_timeout{1, 0};

bool send_all(int fd, const std::string& text) {
  std::size_t sent = 0;
  while (sent < text.size()) {
    const auto count = ::send(fd, text.data() + sent, text.size() - sent, MSG_NOSIGNAL);
    if (count <= 0)
      return false;
    sent += static_cast<std::size_t>(count);
  }
  return true;
}

} // namespace

control::control(handler on_line) : on_line_(std::move(on_line)) {
  // nop
}

control::~control() {
  if (source_ != 0)
    g_source_remove(source_);
  for (const auto& [fd, one] : connections_)
    g_source_remove(one.source);
}

tl::expected<std::uint16_t, std::string> control::listen(std::uint16_t port) {
  unique_fd fd{::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0)};
  const int yes = 1;
  sockaddr_in address{};
  socklen_t length = sizeof address;
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  auto* generic = reinterpret_cast<sockaddr*>(&address);
  if (!fd || ::setsockopt(fd.get(), SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes) != 0 ||
      ::bind(fd.get(), generic, length) != 0 || ::listen(fd.get(), int{connections_max}) != 0 ||
      ::getsockname(fd.get(), generic, &length) != 0)
    return tl::unexpected("cannot listen for commands on 127.0.0.1:" + std::to_string(port) + ": " +
                          g_strerror(errno));
  listener_ = std::move(fd);
  source_ = g_unix_fd_add(listener_.get(), G_IO_IN, on_connection, this);
  return ntohs(address.sin_port);
}

gboolean control::on_connection(gint fd, GIOCondition /*condition*/, gpointer self) {
  auto& owner = *static_cast<control*>(self);
  unique_fd accepted{::accept4(fd, nullptr, nullptr, SOCK_CLOEXEC)};
  if (!accepted || owner.connections_.size() >= connections_max)
    return G_SOURCE_CONTINUE;
  ::setsockopt(accepted.get(), SOL_SOCKET, SO_SNDTIMEO, &answer_timeout, sizeof answer_timeout);
  const int number = accepted.get();
  auto& added = owner.connections_[number];
  added.owner = &owner;
  added.fd = std::move(accepted);
  added.source = g_unix_fd_add(number, static_cast<GIOCondition>(G_IO_IN | G_IO_HUP | G_IO_ERR),
                               on_data, &added);
  return G_SOURCE_CONTINUE;
}

gboolean control::on_data(gint fd, GIOCondition /*condition*/, gpointer self) {
  auto& on = *static_cast<connection*>(self);
  std::array<char, line_bytes_max> buffer{};
  const auto count = ::recv(fd, buffer.data(), buffer.size(), MSG_DONTWAIT);
  if (count > 0)
    on.received.append(buffer.data(), static_cast<std::size_t>(count));
  const bool again = count < 0 && (errno == EAGAIN || errno == EINTR);
  if (again || (count > 0 && on.owner->answer_lines(on)))
    return G_SOURCE_CONTINUE;
  on.owner->connections_.erase(fd);
  return G_SOURCE_REMOVE;
}

/// Answers every whole line; false when the connection has to end.
bool control::answer_lines(connection& on) const {
  for (auto end = on.received.find('\n'); end != std::string::npos; end = on.received.find('\n')) {
    auto line = on.received.substr(0, end);
    on.received.erase(0, end + 1);
    if (!line.empty() && line.back() == '\r')
      line.pop_back();
    if (!send_all(on.fd.get(), on_line_(line) + "\n"))
      return false;
  }
  return on.received.size() <= line_bytes_max;
}

} // namespace camwall::camera_sim
