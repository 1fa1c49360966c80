#include "config/url.hpp"

#include "core/redact.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>

#include <algorithm>
#include <cctype>
#include <charconv>
#include <optional>

namespace camwall::config {

namespace {

constexpr std::string_view scheme_mark = "://";
constexpr std::string_view encode_hint = "percent-encode it, or use username and password";

std::string lower_case(std::string_view text) {
  std::string out{text};
  std::transform(out.begin(), out.end(), out.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return out;
}

bool is_hex_pair(std::string_view text) {
  return text.size() >= 2 && std::isxdigit(static_cast<unsigned char>(text[0])) != 0 &&
         std::isxdigit(static_cast<unsigned char>(text[1])) != 0;
}

std::string percent_decode(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    unsigned value = static_cast<unsigned char>(text[i]);
    if (text[i] == '%') {
      std::from_chars(text.data() + i + 1, text.data() + i + 3, value, 16);
      i += 2;
    }
    out.push_back(static_cast<char>(value));
  }
  return out;
}

std::optional<std::string> find_bad_character(std::string_view text) {
  for (std::size_t i = 0; i < text.size(); ++i) {
    auto c = static_cast<unsigned char>(text[i]);
    if (c == ' ')
      return "holds a space; write %20";
    if (c < 0x20 || c == 0x7f)
      return "holds a control character";
    if (c > 0x7f)
      return "holds a character outside ASCII; " + std::string{encode_hint};
    if (c == '%' && !is_hex_pair(text.substr(i + 1)))
      return "holds a % that two hexadecimal digits do not follow; write %25";
    if (c == '#')
      return "holds a #; write %23";
    if (c == '"' || c == '<' || c == '>' || c == '\\')
      return std::string{"holds a "} + text[i] + "; " + std::string{encode_hint};
  }
  return std::nullopt;
}

std::optional<std::string> check_scheme(std::string_view text) {
  auto mark = text.find(scheme_mark);
  if (mark == std::string_view::npos)
    return "does not begin with rtsp://";
  auto scheme = lower_case(text.substr(0, mark));
  if (scheme == "rtsp")
    return std::nullopt;
  if (scheme == "rtsps")
    return "rtsps:// is not supported yet; only rtsp://";
  return "does not begin with rtsp://";
}

std::optional<std::string> take_user(std::string_view authority, camera_url& into) {
  auto at = authority.rfind('@');
  if (at == std::string_view::npos)
    return std::nullopt;
  auto user = authority.substr(0, at);
  if (user.find('@') != std::string_view::npos)
    return "holds a second @ before the host; " + std::string{encode_hint};
  auto colon = user.find(':');
  into.has_user = true;
  into.user = percent_decode(user.substr(0, colon));
  if (colon != std::string_view::npos)
    into.password = percent_decode(user.substr(colon + 1));
  if (into.user.empty())
    return "has an @ but names no user before it";
  if (into.user.find('\0') != std::string::npos || into.password.find('\0') != std::string::npos)
    return "holds %00 before the host";
  return std::nullopt;
}

std::optional<std::string> take_port(std::string_view text, camera_url& into) {
  unsigned value = 0;
  auto end = text.data() + text.size();
  auto [stop, error] = std::from_chars(text.data(), end, value);
  if (text.empty() || error != std::errc{} || stop != end || value < 1 || value > 65535)
    return "its port is not a number from 1 to 65535 (if a password holds : / ? or @, " +
           std::string{encode_hint} + ")";
  into.port = static_cast<std::uint16_t>(value);
  return std::nullopt;
}

/// `text` is `host`, `host:port`, `[address]` or `[address]:port`.
std::optional<std::string> take_host(std::string_view text, camera_url& into) {
  bool bracketed = !text.empty() && text.front() == '[';
  auto host_end = bracketed ? text.find(']') : text.find(':');
  if (bracketed && host_end == std::string_view::npos)
    return "has a [ without its ]";
  auto host = bracketed ? text.substr(1, host_end - 1) : text.substr(0, host_end);
  auto after = bracketed ? host_end + 1 : std::min(host_end, text.size());
  if (host.empty())
    return "names no host";
  if (after < text.size() && text[after] != ':')
    return "has text between ] and the port";
  if (bracketed && (host.find(':') == std::string_view::npos || !is_ip_address(host)))
    return "has no IPv6 address between [ and ]";
  bool numeric = host.find_first_not_of("0123456789.") == std::string_view::npos;
  if (!bracketed && numeric && !is_ip_address(host))
    return "its host is not a valid IPv4 address";
  if (!bracketed && !is_host_name(host))
    return "its host is not a host name or an IP address";
  into.host = lower_case(host);
  if (after < text.size())
    return take_port(text.substr(after + 1), into);
  return std::nullopt;
}

template <int Family, class Address>
std::optional<Address> to_address(std::string_view text) {
  Address out{};
  if (::inet_pton(Family, std::string{text}.c_str(), &out) != 1)
    return std::nullopt;
  return out;
}

} // namespace

tl::expected<camera_url, std::string> parse_camera_url(std::string_view text) {
  if (text.empty())
    return tl::unexpected(std::string{"is empty"});
  if (text.size() > url_bytes_max)
    return tl::unexpected("is longer than " + std::to_string(url_bytes_max) + " bytes");
  if (auto flaw = check_scheme(text))
    return tl::unexpected(std::move(*flaw));
  if (auto flaw = find_bad_character(text))
    return tl::unexpected(std::move(*flaw));
  auto after_scheme = text.substr(text.find(scheme_mark) + scheme_mark.size());
  auto authority = after_scheme.substr(0, after_scheme.find_first_of("/?"));
  camera_url out;
  if (auto flaw = take_user(authority, out))
    return tl::unexpected(std::move(*flaw));
  auto host_begin = out.has_user ? authority.rfind('@') + 1 : 0;
  if (auto flaw = take_host(authority.substr(host_begin), out))
    return tl::unexpected(std::move(*flaw));
  out.rest = std::string{after_scheme.substr(host_begin)};
  return out;
}

std::string build_camera_url(const camera_url& url, std::string_view user,
                             std::string_view password) {
  std::string out = "rtsp://";
  if (!user.empty()) {
    out += percent_encode(user);
    if (!password.empty())
      out += ":" + percent_encode(password);
    out += "@";
  }
  return out + url.rest;
}

bool is_ip_address(std::string_view text) {
  if (text.find('\0') != std::string_view::npos)
    return false;
  return to_address<AF_INET, in_addr>(text).has_value() ||
         to_address<AF_INET6, in6_addr>(text).has_value();
}

bool is_loopback(std::string_view address) {
  if (auto v4 = to_address<AF_INET, in_addr>(address))
    return (ntohl(v4->s_addr) >> 24) == 127;
  auto v6 = to_address<AF_INET6, in6_addr>(address);
  if (!v6)
    return false;
  if (IN6_IS_ADDR_V4MAPPED(&*v6))
    return v6->s6_addr[12] == 127;
  return IN6_IS_ADDR_LOOPBACK(&*v6);
}

bool is_host_name(std::string_view text) {
  constexpr std::size_t name_bytes_max = 253;
  if (text.empty() || text.size() > name_bytes_max || text.front() == '.' || text.front() == '-')
    return false;
  if (text.find("..") != std::string_view::npos)
    return false;
  return std::all_of(text.begin(), text.end(), [](unsigned char c) {
    return std::isalnum(c) != 0 || c == '-' || c == '_' || c == '.';
  });
}

} // namespace camwall::config
