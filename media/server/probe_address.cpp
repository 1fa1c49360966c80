#include "media/server/probe_address.hpp"

#include "core/redact.hpp"

#include <algorithm>
#include <cctype>
#include <charconv>

namespace camwall::media {

namespace {

std::string lower_case(std::string_view text) {
  std::string out{text};
  std::transform(out.begin(), out.end(), out.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return out;
}

bool is_fit_for_url(char c) {
  constexpr std::string_view unfit = "\"<>\\#";
  auto code = static_cast<unsigned char>(c);
  return code > 0x20 && code < 0x7f && unfit.find(c) == std::string_view::npos;
}

bool is_host_character(char c) {
  constexpr std::string_view others = ".-_:%"; // The last two within brackets.
  return std::isalnum(static_cast<unsigned char>(c)) != 0 ||
         others.find(c) != std::string_view::npos;
}

/// `host`, `host:port`, `[address]` or `[address]:port`. Returns what is wrong.
std::string read_peer(std::string_view text, std::string& into) {
  bool bracketed = text.starts_with('[');
  auto host_end = bracketed ? text.find(']') : text.find(':');
  if (bracketed && host_end == std::string_view::npos)
    return "the address has a [ without its ]";
  auto host = bracketed ? text.substr(1, host_end - 1) : text.substr(0, host_end);
  auto rest = host_end == std::string_view::npos ? "" : text.substr(host_end + (bracketed ? 1 : 0));
  if (host.empty() || !std::all_of(host.begin(), host.end(), is_host_character))
    return "the address names no host";
  unsigned port = 554;
  if (!rest.empty()) {
    auto digits = rest.substr(1);
    auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), port);
    if (rest[0] != ':' || error != std::errc{} || end != digits.data() + digits.size() ||
        port < 1 || port > 65535)
      return "the port of the address is not a number from 1 to 65535";
  }
  into = lower_case(host) + ':' + std::to_string(port);
  return {};
}

} // namespace

tl::expected<probe_address, std::string> check_probe_address(std::string_view url) {
  constexpr std::string_view scheme = "rtsp://";
  if (url.size() > probe_url_bytes_max)
    return tl::unexpected("the address is longer than " + std::to_string(probe_url_bytes_max) +
                          " bytes");
  if (lower_case(url.substr(0, scheme.size() + 1)) == "rtsps://")
    return tl::unexpected(std::string{"rtsps:// is not supported yet; only rtsp://"});
  if (lower_case(url.substr(0, scheme.size())) != scheme)
    return tl::unexpected(std::string{"the address does not begin with rtsp://"});
  if (!std::all_of(url.begin(), url.end(), is_fit_for_url))
    return tl::unexpected(
      std::string{"the address holds a character that has to be percent-encoded"});
  auto authority = url.substr(scheme.size());
  authority = authority.substr(0, authority.find_first_of("/?"));
  if (auto at = authority.rfind('@'); at != std::string_view::npos) {
    if (authority.substr(0, at).find('@') != std::string_view::npos)
      return tl::unexpected(std::string{"the address holds a second @; write %40"});
    authority.remove_prefix(at + 1);
  }
  probe_address out{.shown = redact(url), .peer = {}};
  if (auto wrong = read_peer(authority, out.peer); !wrong.empty())
    return tl::unexpected(std::move(wrong));
  return out;
}

} // namespace camwall::media
