#include "http/access/client_address.hpp"

#include <algorithm>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace camwall::http {

namespace {

constexpr std::size_t hops_max = 16;

bool is_trusted(const ip_address& x, const std::vector<ip_range>& trusted) {
  return std::any_of(trusted.begin(), trusted.end(),
                     [&](const ip_range& range) { return range.contains(x); });
}

std::string_view unquoted(std::string_view x) noexcept {
  return x.size() >= 2 && x.front() == '"' && x.back() == '"' ? x.substr(1, x.size() - 2) : x;
}

/// `192.0.2.7`, `192.0.2.7:1234`, `2001:db8::7`, `[2001:db8::7]:1234`.
std::optional<ip_address> parse_node(std::string_view x) noexcept {
  x = unquoted(trim(x));
  if (x.starts_with('['))
    return parse_ip_address(x.substr(1, std::min(x.find(']'), x.size()) - 1));
  if (std::count(x.begin(), x.end(), ':') == 1)
    x = x.substr(0, x.find(':'));
  return parse_ip_address(x);
}

/// The last item of a list that may be spread over several fields (RFC 9110 §5.3) is the nearest
/// proxy's word; it is handed out first. Ends when `take` returns false.
template <class F>
void backwards(const request& x, std::string_view name, F take) {
  std::size_t hops = 0;
  for (auto i = x.headers.rbegin(); i != x.headers.rend(); ++i) {
    if (!equal_ignoring_case(i->name, name))
      continue;
    for (auto rest = i->value;;) {
      auto comma = rest.rfind(',');
      auto item = trim(comma == std::string_view::npos ? rest : rest.substr(comma + 1));
      if (++hops > hops_max || !take(item))
        return;
      if (comma == std::string_view::npos)
        break;
      rest = rest.substr(0, comma);
    }
  }
}

/// `for` or `proto` of one element such as `for=192.0.2.7;proto=https`.
std::string_view parameter_of(std::string_view element, std::string_view name) noexcept {
  while (!element.empty()) {
    auto pair = element.substr(0, element.find(';'));
    element.remove_prefix(std::min(pair.size() + 1, element.size()));
    auto equals = pair.find('=');
    if (equals != std::string_view::npos && equal_ignoring_case(trim(pair.substr(0, equals)), name))
      return unquoted(trim(pair.substr(equals + 1)));
  }
  return {};
}

} // namespace

void find_client(request& x, const std::vector<ip_range>& trusted) {
  x.client = x.peer;
  x.secure = false;
  auto standard = x.has_header("Forwarded");
  auto usual = x.has_header("X-Forwarded-For") || x.has_header("X-Forwarded-Proto");
  x.forwarded = standard || usual;
  if (!x.forwarded || standard == usual || !is_trusted(x.peer, trusted))
    return;
  auto follow = [&](std::string_view node) {
    auto address = parse_node(node);
    if (!address)
      return false; // `unknown`, or an obfuscated name: who wrote it is all that is known.
    x.client = *address;
    return is_trusted(*address, trusted);
  };
  auto first = true; // What the nearest proxy says of the connection that it has taken.
  if (standard) {
    backwards(x, "Forwarded", [&](std::string_view element) {
      if (std::exchange(first, false))
        x.secure = equal_ignoring_case(parameter_of(element, "proto"), "https");
      return follow(parameter_of(element, "for"));
    });
    return;
  }
  backwards(x, "X-Forwarded-For", follow);
  backwards(x, "X-Forwarded-Proto", [&](std::string_view scheme) {
    x.secure = equal_ignoring_case(scheme, "https");
    return false;
  });
}

} // namespace camwall::http
