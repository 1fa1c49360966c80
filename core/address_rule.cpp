#include "core/address_rule.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>
#include <utility>

namespace camwall {

namespace {

/// IANA IPv4 and IPv6 Special-Purpose Address Registries (RFC 6890), what of them leads back to
/// this machine or its link, or to many at once; and where clouds keep their secrets beside the
/// link.
constexpr auto delicate_texts = std::to_array<std::string_view>({
  "0.0.0.0/8",       // "This host" (RFC 1122 §3.2.1.3): connects to this machine.
  "127.0.0.0/8",     // Loopback.
  "169.254.0.0/16",  // Link-local.
  "100.100.100.200", // A cloud's metadata.
  "192.0.0.0/24",    // IETF protocol assignments; a cloud's metadata is here, too.
  "224.0.0.0/4",     // Multicast.
  "240.0.0.0/4",     // Reserved, and broadcast.
  "::/96",           // Unspecified, loopback, and IPv4 as RFC 4291 §2.5.5.1 had it.
  "::ffff:0:0:0/96", // IPv4 translated (RFC 2765).
  "64:ff9b::/96",    // IPv4 translated (RFC 6052).
  "64:ff9b:1::/48",  // The same, local (RFC 8215).
  "2001::/32",       // Teredo.
  "2002::/16",       // 6to4.
  "fd00:ec2::254",   // A cloud's metadata.
  "fe80::/10",       // Link-local.
  "fec0::/10",       // Site-local, as it was.
  "ff00::/8",        // Multicast.
});

std::vector<ip_range> read_all() {
  std::vector<ip_range> out;
  for (auto text : delicate_texts)
    if (auto range = parse_ip_range(text))
      out.push_back(*range);
  return out;
}

const std::vector<ip_range>& delicate_ranges() {
  static const auto all = read_all();
  return all;
}

/// Whether all of `inner` lies in `outer`.
bool holds(const ip_range& outer, const ip_range& inner) noexcept {
  return inner.prefix_bits >= outer.prefix_bits && outer.contains(inner.first);
}

struct parts {
  std::string_view range;
  std::string_view port; ///< Empty when there is none.
};

/// Splits `10.0.0.0/8:554` and `[2001:db8::/32]:554`.
std::optional<parts> split(std::string_view text) {
  parts out;
  std::string_view rest;
  if (text.starts_with('[')) {
    auto end = text.find(']');
    if (end == std::string_view::npos)
      return std::nullopt;
    out.range = text.substr(1, end - 1);
    rest = text.substr(end + 1);
    if (out.range.find(':') == std::string_view::npos)
      return std::nullopt;
  } else {
    auto colon = std::min(text.find(':'), text.size());
    out.range = text.substr(0, colon);
    rest = text.substr(colon);
  }
  if (rest.empty())
    return out;
  if (rest.front() != ':' || rest.size() == 1)
    return std::nullopt;
  out.port = rest.substr(1);
  return out;
}

} // namespace

tl::expected<permitted_peers, std::string> parse_permitted_peers(std::string_view text) {
  constexpr std::string_view scheme = "rtsp://";
  if (!text.starts_with(scheme))
    return tl::unexpected(std::string{"does not begin with rtsp://"});
  auto split_up = split(text.substr(scheme.size()));
  auto range = split_up ? parse_ip_range(split_up->range) : std::nullopt;
  if (!range)
    return tl::unexpected(
      std::string{"is not an address or range such as rtsp://10.0.0.0/8:554 or "
                  "rtsp://[2001:db8::/32] (no names, no bits beyond the prefix, no path)"});
  if (range->is_everybody())
    return tl::unexpected(std::string{"is everybody; name the network that the cameras are in"});
  permitted_peers out{.range = *range};
  if (split_up->port == "*") {
    out.any_port = true;
  } else if (!split_up->port.empty()) {
    unsigned port = 0;
    auto end = split_up->port.data() + split_up->port.size();
    auto [stop, error] = std::from_chars(split_up->port.data(), end, port);
    if (error != std::errc{} || stop != end || port < 1 || port > 65535)
      return tl::unexpected(std::string{"has no port from 1 to 65535, and no *, behind its range"});
    out.port = static_cast<std::uint16_t>(port);
  }
  return out;
}

bool is_delicate(const ip_address& x) noexcept {
  const auto& all = delicate_ranges();
  return std::any_of(all.begin(), all.end(), [&](const auto& range) { return range.contains(x); });
}

address_rule::address_rule(const std::vector<permitted_peers>& entries) {
  const auto& all = delicate_ranges();
  for (const auto& x : entries)
    entries_.push_back({x, std::any_of(all.begin(), all.end(),
                                       [&](const auto& range) { return holds(range, x.range); })});
}

bool address_rule::permits(const ip_address& ip, std::uint16_t port) const noexcept {
  auto delicate = is_delicate(ip);
  return std::any_of(entries_.begin(), entries_.end(), [&](const entry& x) {
    return (x.delicate || !delicate) && (x.peers.any_port || x.peers.port == port) &&
           x.peers.range.contains(ip);
  });
}

} // namespace camwall
