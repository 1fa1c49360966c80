#include "config/sections.hpp"

#include "config/url.hpp"

#include <algorithm>
#include <cctype>
#include <charconv>

namespace camwall::config {

namespace {

void read_listen(section& here, server& into) {
  auto listen = here.text("listen");
  if (!listen)
    return;
  auto parsed = parse_listen(listen->text);
  if (!parsed) {
    here.error(*listen, listen->shown +
                          " is not an address and port such as 127.0.0.1:8080, "
                          "[::1]:8080 or :8080 (all addresses)");
    return;
  }
  into.address = parsed->address;
  into.port = parsed->port;
  if (is_loopback(into.address))
    return;
  if (into.access == access_mode::loopback)
    here.error(*listen, listen->shown +
                          " is not a loopback address: whoever reaches it could watch every camera;"
                          " configure users, or if that is meant, write server.access: open");
  if (into.access == access_mode::users && !into.plain_http && into.trusted_proxies.empty())
    here.error(
      *listen,
      listen->shown +
        " is not a loopback address: passwords would cross the network unencrypted; name a "
        "proxy that speaks TLS in server.trusted_proxies, or write server.plain_http: "
        "accepted");
}

void read_hosts(section& here, server& into) {
  constexpr std::size_t hosts_max = 64;
  for (auto& host : here.texts("hosts", hosts_max)) {
    if (!is_host_name(host.text) && !is_ip_address(host.text)) {
      here.error(host, host.shown + " is not a host name or an IP address (write no port)");
      continue;
    }
    std::transform(host.text.begin(), host.text.end(), host.text.begin(),
                   [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    into.hosts.push_back(std::move(host.text));
  }
}

void read_walls(section& here, server& into) {
  constexpr std::size_t walls_max = 64;
  auto is_word = [](std::string_view x) {
    return !x.empty() && std::all_of(x.begin(), x.end(), [](char c) {
      return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' || c == '-';
    });
  };
  for (auto& wall : here.texts("walls", walls_max, {.bytes_max = 63})) {
    if (is_word(wall.text))
      into.walls.push_back(std::move(wall.text));
    else
      here.error(wall, wall.shown + " is not a name of a-z, 0-9, _ and -");
  }
}

void read_access(const load_context& context, const section& top, section& here, server& into) {
  auto users = has_users(context, top);
  into.access = users ? access_mode::users : access_mode::loopback;
  here.read("access", into.access,
            section::choices<access_mode>{{"loopback", access_mode::loopback},
                                          {"users", access_mode::users},
                                          {"open", access_mode::open}});
  if (into.access == access_mode::users && !users)
    here.error("access", "is users, but there are none: nobody could log in");
  if (into.access == access_mode::loopback && users)
    here.error("access",
               "is loopback, but there are users: write users, so that they have to "
               "log in, or take them out");
  here.read("plain_http", into.plain_http,
            section::choices<bool>{{"refused", false}, {"accepted", true}});
  here.read("basic_auth", into.basic_auth);
  const section::choices<audience> audiences{
    {"public", audience::everybody}, {"users", audience::users}, {"loopback", audience::loopback}};
  here.read("metrics_access", into.metrics_access, audiences);
  here.read("health_access", into.health_access, audiences);
}

void read_proxies(section& here, server& into) {
  constexpr std::size_t proxies_max = 64;
  for (const auto& text : here.texts("trusted_proxies", proxies_max)) {
    auto range = parse_ip_range(text.text);
    if (!range)
      here.error(text, text.shown +
                         " is not an address or range such as 192.0.2.7, 10.0.0.0/8 or "
                         "2001:db8::/32 (no bits beyond the prefix)");
    else if (range->is_everybody())
      here.error(text, text.shown + " is everybody: anybody could then claim any address");
    else
      into.trusted_proxies.push_back(*range);
  }
}

/// `https://host[:port]`, as browsers send it in `Origin` (RFC 6454 §6.2).
void read_origins(section& here, std::string_view key, std::vector<std::string>& into) {
  constexpr std::size_t origins_max = 64;
  for (auto& text : here.texts(key, origins_max)) {
    auto& x = text.text;
    std::transform(x.begin(), x.end(), x.begin(),
                   [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    auto scheme = std::string_view{x}.substr(0, x.find("://"));
    auto host = scheme.size() == x.size() ? std::string_view{}
                                          : std::string_view{x}.substr(scheme.size() + 3);
    auto plain = host.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789.-:[]");
    if ((scheme != "http" && scheme != "https") || host.empty() || plain != std::string_view::npos)
      here.error(text, text.shown +
                         " is not an origin such as https://wall.example or "
                         "http://192.0.2.7:3000 (no path)");
    else
      into.push_back(std::move(x));
  }
}

} // namespace

std::optional<endpoint> parse_listen(std::string_view text) {
  auto colon = text.rfind(':');
  if (colon == std::string_view::npos)
    return std::nullopt;
  auto host = text.substr(0, colon);
  auto digits = text.substr(colon + 1);
  endpoint out;
  auto end = digits.data() + digits.size();
  auto [stop, error] = std::from_chars(digits.data(), end, out.port);
  if (digits.empty() || error != std::errc{} || stop != end)
    return std::nullopt;
  bool bracketed = host.size() > 2 && host.front() == '[' && host.back() == ']';
  if (bracketed)
    host = host.substr(1, host.size() - 2);
  if (host.empty())
    out.address = "0.0.0.0";
  else if (host == "localhost")
    out.address = "127.0.0.1";
  else
    out.address = std::string{host};
  bool has_colon = out.address.find(':') != std::string::npos;
  if (has_colon != bracketed || !is_ip_address(out.address))
    return std::nullopt;
  return out;
}

void read_server(load_context& context, const section& top, server& into) {
  section here{context, top.find("server"), "server", "server"};
  read_access(context, top, here, into);
  read_proxies(here, into);
  read_origins(here, "cors_origins", into.cors_origins);
  read_origins(here, "frame_ancestors", into.frame_ancestors);
  read_listen(here, into);
  read_hosts(here, into);
  read_walls(here, into);
}

void read_hls(load_context& context, const section& top, hls& into) {
  section here{context, top.find("hls"), "hls", "hls"};
  here.read("directory", into.directory);
  if (!into.directory.has_relative_path())
    here.error("directory", "must not be the root of the file system: its content is deleted");
  here.read("container", into.container,
            section::choices<container>{{"fmp4", container::fmp4}, {"mpegts", container::mpegts}});
  auto seconds = into.segment.count();
  here.read("segment_seconds", seconds, 1, 10);
  into.segment = seconds_f{seconds};
  here.read("window", into.window, 3, 60);
  here.read("grace", into.grace, 0, 60);
}

void read_deadlines(load_context& context, const section& top, deadlines& into) {
  section here{context, top.find("deadlines"), "deadlines", "deadlines"};
  here.read("open", into.open, seconds_f{1}, seconds_f{120});
  here.read("access_unit", into.access_unit, seconds_f{0.2}, seconds_f{60});
  here.read("linger", into.linger, seconds_f{0}, seconds_f{3600});
}

void read_limits(load_context& context, const section& top, limits& into) {
  section here{context, top.find("limits"), "limits", "limits"};
  here.read("cameras_max", into.cameras_max, 1, 1024);
  here.read("streams_max", into.streams_max, 1, 2048);
  here.read("connections_max", into.connections_max, 16, 65536);
  here.read("connections_per_address_max", into.connections_per_address_max, 1, 65536);
  here.read("connecting_max", into.connecting_max, 1, 64);
  here.read("connecting_per_host_max", into.connecting_per_host_max, 1, 64);
  here.read("stderr_lines_max", into.stderr_lines_max, 1, 1000);
  here.read("events_max", into.events_max, 1, 1000);
  here.read("worker_memory_mb", into.worker_memory_mb, 64, 8192);
  here.read("disk_free_min_mb", into.disk_free_min_mb, 1, 1'000'000);
  here.read("subscriptions_max", into.subscriptions_max, 1, 16'384);
  here.read("viewer_queue_mb", into.viewer_queue_mb, 1, 256);
  here.read("requests_per_second", into.requests_per_second, 1, 100'000);
  here.read("probes_max", into.probes_max, 1, 16);
  // A part is never larger than its whole: an error where both are written, else the default gives
  // way.
  auto bound = [&](std::string_view part, std::uint32_t& x, std::string_view whole,
                   std::uint32_t max) {
    if (x > max && here.find(part) != nullptr)
      here.error(part, "must not be larger than limits." + std::string{whole} + " (" +
                         std::to_string(max) + ")");
    x = std::min(x, max);
  };
  bound("connections_per_address_max", into.connections_per_address_max, "connections_max",
        into.connections_max);
  bound("connecting_per_host_max", into.connecting_per_host_max, "connecting_max",
        into.connecting_max);
}

void read_snapshots(load_context& context, const section& top, snapshots& into) {
  section here{context, top.find("snapshots"), "snapshots", "snapshots"};
  here.read("ttl", into.ttl, seconds_f{0.2}, seconds_f{60});
  here.read("cache_mb", into.cache_mb, 1, 1024);
}

void read_log(load_context& context, const section& top, logging& into) {
  section here{context, top.find("log"), "log", "log"};
  here.read("level", into.level,
            section::choices<std::string>{{"trace", "trace"},
                                          {"debug", "debug"},
                                          {"info", "info"},
                                          {"warn", "warn"},
                                          {"error", "err"},
                                          {"critical", "critical"},
                                          {"off", "off"}});
  here.read("format", into.format,
            section::choices<log_format>{{"text", log_format::text}, {"json", log_format::json}});
}

void read_reload(load_context& context, const section& top, reload& into) {
  section here{context, top.find("reload"), "reload", "reload"};
  here.read("watch", into.watch);
  here.read("settle", into.settle, seconds_f{0.05}, seconds_f{60});
}

void read_test_only(load_context& context, const section& top, double& time_scale) {
  section here{context, top.find("test_only"), "test_only", "test_only"};
  here.read("time_scale", time_scale, 0.01, 1000);
}

} // namespace camwall::config
