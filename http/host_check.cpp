#include "http/host_check.hpp"

#include "http/request.hpp"

#include <arpa/inet.h>

#include <algorithm>
#include <array>
#include <utility>

namespace camwall::http {

namespace {

bool parse_literal(int family, std::string_view name, void* out) noexcept {
  std::array<char, INET6_ADDRSTRLEN> text{};
  if (name.empty() || name.size() >= text.size() || name.find('\0') != std::string_view::npos)
    return false; // inet_pton would not see what follows a NUL.
  std::copy(name.begin(), name.end(), text.begin());
  return inet_pton(family, text.data(), out) == 1;
}

bool is_literal(std::string_view name) noexcept {
  in6_addr ignored{};
  return parse_literal(AF_INET, name, &ignored) || parse_literal(AF_INET6, name, &ignored);
}

bool is_loopback(std::string_view name) noexcept {
  constexpr std::string_view below = ".localhost"; // RFC 6761 §6.3: always this machine.
  in_addr v4{};
  in6_addr v6{};
  if (parse_literal(AF_INET, name, &v4))
    return (ntohl(v4.s_addr) >> 24) == 127;
  if (parse_literal(AF_INET6, name, &v6))
    return IN6_IS_ADDR_LOOPBACK(&v6);
  return equal_ignoring_case(name, "localhost") ||
         (name.size() > below.size() &&
          equal_ignoring_case(name.substr(name.size() - below.size()), below));
}

} // namespace

std::string_view host_name(std::string_view host) noexcept {
  auto name = host;
  std::string_view port;
  if (host.starts_with('[')) {
    auto end = host.find(']');
    if (end == std::string_view::npos)
      return {};
    name = host.substr(1, end - 1);
    port = host.substr(end + 1);
    if (in6_addr ignored{}; !parse_literal(AF_INET6, name, &ignored))
      return {};
  } else if (auto colon = host.find(':'); colon != std::string_view::npos) {
    name = host.substr(0, colon);
    port = host.substr(colon);
  }
  auto digits = port.empty() ? port : port.substr(1);
  if ((!port.empty() && port.front() != ':') ||
      !std::all_of(digits.begin(), digits.end(), [](char c) { return c >= '0' && c <= '9'; }))
    return {};
  if (name.ends_with('.')) // The root label may be written.
    name.remove_suffix(1);
  return name;
}

host_check::host_check(std::string_view address, name_list names)
  : address_(address),
    names_(std::move(names)),
    any_literal_(address == "0.0.0.0" || address == "::") {
  // nop
}

bool host_check::allows(std::string_view host) const noexcept {
  auto name = host_name(host);
  if (name.empty())
    return false;
  if (is_loopback(name) || equal_ignoring_case(address_, name))
    return true;
  if (is_literal(name) && any_literal_)
    return true;
  auto names = names_.load();
  return std::any_of(names->begin(), names->end(), [&](const auto& x) {
    // An IPv6 address may be configured without brackets.
    return equal_ignoring_case(is_literal(x) ? std::string_view{x} : host_name(x), name);
  });
}

} // namespace camwall::http
