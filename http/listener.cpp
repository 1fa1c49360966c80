#include "http/listener.hpp"

#include "core/errno_text.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <cerrno>
#include <cstring>

namespace camwall::http {

namespace {

constexpr int backlog = 4096; // The kernel lowers it to net.core.somaxconn.

struct endpoint {
  sockaddr_storage address{};
  socklen_t size = 0;
};

bool parse(const std::string& text, std::uint16_t port, endpoint& out) noexcept {
  sockaddr_in v4{};
  sockaddr_in6 v6{};
  const auto* name = text == "localhost" ? "127.0.0.1" : text.c_str();
  if (inet_pton(AF_INET, name, &v4.sin_addr) == 1) {
    v4.sin_family = AF_INET;
    v4.sin_port = htons(port);
    out.size = sizeof v4;
    std::memcpy(&out.address, &v4, sizeof v4);
    return true;
  }
  if (inet_pton(AF_INET6, name, &v6.sin6_addr) != 1)
    return false;
  v6.sin6_family = AF_INET6;
  v6.sin6_port = htons(port);
  out.size = sizeof v6;
  std::memcpy(&out.address, &v6, sizeof v6);
  return true;
}

std::string advice(int error) {
  switch (error) {
    case EADDRINUSE:
      return "stop the other program or set server.port";
    case EADDRNOTAVAIL:
      return "this machine does not have the address; set server.address";
    case EACCES:
      return "set server.port to 1024 or above";
    default:
      return "check server.address and server.port";
  }
}

std::uint16_t bound_port(int fd) noexcept {
  sockaddr_storage address{};
  socklen_t size = sizeof address;
  sockaddr_in v4{}; // The port stands at the same place in IPv6.
  if (::getsockname(fd, reinterpret_cast<sockaddr*>(&address), &size) != 0)
    return 0;
  std::memcpy(&v4, &address, sizeof v4);
  return ntohs(v4.sin_port);
}

} // namespace

bool is_loopback_address(const std::string& address) noexcept {
  in_addr v4{};
  return address == "localhost" || address == "::1" ||
         (inet_pton(AF_INET, address.c_str(), &v4) == 1 && (ntohl(v4.s_addr) >> 24) == 127);
}

tl::expected<listener, std::string> listen_on(const std::string& address, std::uint16_t port) {
  endpoint where;
  if (!parse(address, port, where))
    return tl::unexpected("cannot listen on \"" + address +
                          "\": not an IP address; set server.address");
  auto fail = [&](int error) {
    return tl::unexpected("cannot listen on " + address + " port " + std::to_string(port) + ": " +
                          errno_text(error) + "; " + advice(error));
  };
  listener out;
  out.fd.reset(::socket(where.address.ss_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  int on = 1;
  int off = 0;
  if (!out.fd)
    return fail(errno);
  // A restarted server need not wait for connections in TIME_WAIT; two servers on one port are
  // still refused.
  ::setsockopt(out.fd.get(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  if (where.address.ss_family == AF_INET6)
    ::setsockopt(out.fd.get(), IPPROTO_IPV6, IPV6_V6ONLY, &off, sizeof off);
  if (::bind(out.fd.get(), reinterpret_cast<const sockaddr*>(&where.address), where.size) != 0 ||
      ::listen(out.fd.get(), backlog) != 0)
    return fail(errno);
  out.port = bound_port(out.fd.get());
  return out;
}

} // namespace camwall::http
