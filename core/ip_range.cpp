#include "core/ip_range.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>

#include <algorithm>
#include <charconv>

namespace camwall {

namespace {

constexpr std::uint8_t mapped_bits = 96; // What stands before an IPv4 address.
constexpr std::uint8_t all_bits = 128;

bool is_ipv4(std::string_view text) noexcept {
  return text.find(':') == std::string_view::npos;
}

/// True when every bit from `prefix_bits` on is 0.
bool is_plain(const ip_address& x, std::uint8_t prefix_bits) noexcept {
  for (std::size_t bit = prefix_bits; bit < all_bits; ++bit)
    if ((x[bit / 8] >> (7 - bit % 8) & 1) != 0)
      return false;
  return true;
}

} // namespace

std::optional<ip_address> parse_ip_address(std::string_view text) noexcept {
  std::array<char, INET6_ADDRSTRLEN> name{};
  if (text.empty() || text.size() >= name.size() || text.find('\0') != std::string_view::npos)
    return std::nullopt;
  std::copy(text.begin(), text.end(), name.begin());
  ip_address out{};
  if (!is_ipv4(text))
    return ::inet_pton(AF_INET6, name.data(), out.data()) == 1 ? std::optional{out} : std::nullopt;
  out[10] = 0xff;
  out[11] = 0xff;
  return ::inet_pton(AF_INET, name.data(), out.data() + 12) == 1 ? std::optional{out}
                                                                 : std::nullopt;
}

bool ip_range::contains(const ip_address& x) const noexcept {
  std::size_t whole = prefix_bits / 8;
  auto rest = prefix_bits % 8;
  if (!std::equal(first.begin(), first.begin() + static_cast<std::ptrdiff_t>(whole), x.begin()))
    return false;
  return rest == 0 || (first[whole] ^ x[whole]) >> (8 - rest) == 0;
}

bool ip_range::is_everybody() const noexcept {
  auto mapped = first[10] == 0xff && first[11] == 0xff;
  return prefix_bits == 0 || (prefix_bits == mapped_bits && mapped);
}

std::optional<ip_range> parse_ip_range(std::string_view text) noexcept {
  auto slash = text.find('/');
  auto address = parse_ip_address(text.substr(0, slash));
  if (!address)
    return std::nullopt;
  ip_range out{*address, all_bits};
  if (slash == std::string_view::npos)
    return out;
  auto digits = text.substr(slash + 1);
  auto before = is_ipv4(text) ? mapped_bits : std::uint8_t{0};
  unsigned bits = 0;
  auto end = digits.data() + digits.size();
  auto [stop, error] = std::from_chars(digits.data(), end, bits);
  if (digits.empty() || error != std::errc{} || stop != end || bits > all_bits - before + 0U)
    return std::nullopt;
  out.prefix_bits = static_cast<std::uint8_t>(before + bits);
  return is_plain(out.first, out.prefix_bits) ? std::optional{out} : std::nullopt;
}

} // namespace camwall
