#include "cli/http_probe.hpp"

#include "core/unique_fd.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <string_view>

namespace camwall::cli {

namespace {

using std::chrono::steady_clock;

bool wait_for(int fd, short what, steady_clock::time_point until) {
  for (;;) {
    auto left = std::chrono::ceil<std::chrono::milliseconds>(until - steady_clock::now()).count();
    pollfd ready{fd, what, 0};
    auto n = poll(&ready, 1, static_cast<int>(std::max<long>(left, 0)));
    if (n < 0 && errno == EINTR && left > 0)
      continue;
    return n > 0;
  }
}

/// Fills `out` and returns its size; 0 when `address` is none.
socklen_t fill(sockaddr_storage& out, const char* address, std::uint16_t port) noexcept {
  auto& four = reinterpret_cast<sockaddr_in&>(out);
  if (inet_pton(AF_INET, address, &four.sin_addr) == 1) {
    four.sin_family = AF_INET;
    four.sin_port = htons(port);
    return sizeof four;
  }
  auto& six = reinterpret_cast<sockaddr_in6&>(out);
  if (inet_pton(AF_INET6, address, &six.sin6_addr) != 1)
    return 0;
  six.sin6_family = AF_INET6;
  six.sin6_port = htons(port);
  return sizeof six;
}

} // namespace

bool http_answers(const std::string& address, std::uint16_t port,
                  std::chrono::milliseconds deadline) {
  auto until = steady_clock::now() + deadline;
  sockaddr_storage to{};
  const auto* reachable = address == "0.0.0.0" ? "127.0.0.1"
                          : address == "::"    ? "::1"
                                               : address.c_str();
  auto size = fill(to, reachable, port);
  unique_fd fd{::socket(to.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0)};
  if (size == 0 || !fd)
    return false;
  if (::connect(fd.get(), reinterpret_cast<const sockaddr*>(&to), size) < 0 && errno != EINPROGRESS)
    return false;
  constexpr std::string_view question = "GET /livez HTTP/1.0\r\n\r\n";
  if (!wait_for(fd.get(), POLLOUT, until) ||
      ::send(fd.get(), question.data(), question.size(), MSG_NOSIGNAL) !=
        static_cast<ssize_t>(question.size()))
    return false;
  constexpr std::string_view begin = "HTTP/1.";
  std::array<char, 64> answer{};
  if (!wait_for(fd.get(), POLLIN, until))
    return false;
  auto n = ::recv(fd.get(), answer.data(), answer.size(), 0);
  return n >= static_cast<ssize_t>(begin.size()) &&
         std::string_view{answer.data(), begin.size()} == begin;
}

int try_to_bind(const std::string& address, std::uint16_t port) noexcept {
  sockaddr_storage at{};
  auto size = fill(at, address.c_str(), port);
  if (size == 0)
    return EADDRNOTAVAIL;
  unique_fd fd{::socket(at.ss_family, SOCK_STREAM | SOCK_CLOEXEC, 0)};
  int on = 1;
  if (!fd || ::setsockopt(fd.get(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof on) != 0 ||
      ::bind(fd.get(), reinterpret_cast<const sockaddr*>(&at), size) != 0)
    return errno;
  return 0;
}

} // namespace camwall::cli
