#include "http/compat/compat_context.hpp"

#include "http/websocket/handshake.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <charconv>
#include <utility>

namespace camwall::http {

namespace {

int hex_value(char c) noexcept {
  if (c >= '0' && c <= '9')
    return c - '0';
  if (c >= 'a' && c <= 'f')
    return c - 'a' + 10;
  return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

/// The newest picture takes the place of one that waits, and only one is with the socket at a time:
/// a slow viewer sees fewer pictures, not older ones. MPEG-1 needs its references, and so waits in
/// a queue.
wall_services suited(wall_services x, compat_profile profile, const snapshot_cell* with_adhoc) {
  auto takes_addresses = profile == compat_profile::django_jpeg ||
                         profile == compat_profile::fastapi_jpeg ||
                         profile == compat_profile::opencv;
  if (takes_addresses && with_adhoc != nullptr)
    x.wall = with_adhoc;
  if (profile != compat_profile::jsmpeg) {
    x.live_limits.viewer_queue_bytes_max = 1;
    x.live_limits.peer_bytes_max = 1;
  }
  return x;
}

} // namespace

compat_context::compat_context(compat_options options_, wall_services services_,
                               compat_services compat_)
  : options(std::move(options_)),
    services(suited(std::move(services_), options.profile, compat_.with_adhoc)),
    compat(std::move(compat_)),
    hosts(options.listen.address, options.listen.hosts),
    who{options.role},
    live(services, compat.clock),
    rooms(live) {
  // nop
}

tl::expected<adhoc_camera, address_refusal> stream_by_url(const compat_context& context,
                                                          std::string_view url) {
  if (auto found = context.compat.find_stream(url))
    return adhoc_camera{.stream = std::move(*found), .number = 0, .lease = nullptr};
  if (!context.compat.open_adhoc)
    return tl::unexpected(address_refusal{.why = std::string{adhoc_refusal}});
  return context.compat.open_adhoc(url, context.who.role);
}

std::optional<std::uint64_t> parse_stream_number(std::string_view text) noexcept {
  constexpr std::size_t digits_max = 16;
  std::uint64_t value = 0;
  const auto* end = text.data() + text.size();
  if (text.empty() || text.size() > digits_max || text.front() == '-')
    return std::nullopt;
  auto [stop, error] = std::from_chars(text.data(), end, value);
  return error == std::errc{} && stop == end ? std::optional{value} : std::nullopt;
}

bool is_admitted(const request& x, const compat_options& options) {
  if (x.has_header("Forwarded") || x.has_header("X-Forwarded-For"))
    return options.listen.open_access && options.allow.empty();
  if (options.allow.empty())
    return options.listen.open_access || x.from_loopback;
  return std::any_of(options.allow.begin(), options.allow.end(),
                     [&](const ip_range& range) { return range.contains(x.peer); });
}

bool is_foreign_page(const request& x, const host_check& hosts) {
  if (!x.has_header("Origin"))
    return false;
  auto origin = x.header("Origin");
  auto mark = origin.find("://");
  return mark == std::string_view::npos || !hosts.allows(origin.substr(mark + 3));
}

response accept_client(const request& x, const compat_context& context, session_factory make) {
  if (is_foreign_page(x, context.hosts))
    return json_error(403,
                      "a page of another host may not open this socket; server.hosts in the "
                      "configuration names the hosts of pages that may");
  // The handshake would ask for the very same port.
  std::vector<header_field> fields;
  std::copy_if(
    x.headers.begin(), x.headers.end(), std::back_inserter(fields),
    [](const header_field& field) { return !equal_ignoring_case(field.name, "Origin"); });
  auto checked = x;
  checked.headers = fields;
  return accept_websocket(checked, std::move(make), subprotocol::first_offered);
}

std::optional<std::string> query_text(const request& x, std::string_view name,
                                      std::size_t bytes_max) {
  auto raw = x.query_value(name);
  if (!raw)
    return std::nullopt;
  std::string out;
  for (auto rest = *raw; !rest.empty();) {
    auto c = rest.front();
    auto high = c == '%' && rest.size() > 2 ? hex_value(rest[1]) : -1;
    auto low = high >= 0 ? hex_value(rest[2]) : -1;
    out.push_back(low >= 0 ? static_cast<char>(high * 16 + low) : c);
    rest.remove_prefix(low >= 0 ? 3 : 1);
  }
  return out.size() <= bytes_max ? std::optional{std::move(out)} : std::nullopt;
}

std::string socket_url(const request& x, std::string_view path) {
  auto secure = equal_ignoring_case(x.header("X-Forwarded-Proto"), "https");
  return std::string{secure ? "wss://" : "ws://"}.append(x.host).append(path);
}

response json_answer(int status, std::string body) {
  auto out = text_response(status, "application/json", std::move(body));
  out.add("Cache-Control", "no-store");
  return out;
}

std::string error_text(std::string_view why) {
  return nlohmann::json{{"error", why}}.dump(-1, ' ', false,
                                             nlohmann::json::error_handler_t::replace);
}

response json_error(int status, std::string_view why) {
  return json_answer(status, error_text(why) + "\n");
}

} // namespace camwall::http
