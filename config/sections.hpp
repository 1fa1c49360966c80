#pragma once

#include "config/reader.hpp"

namespace camwall::config {

/// Each reads one section of the file into its struct. `top` is the whole document.
void read_server(load_context& context, const section& top, server& into);
void read_hls(load_context& context, const section& top, hls& into);
void read_deadlines(load_context& context, const section& top, deadlines& into);
void read_limits(load_context& context, const section& top, limits& into);
void read_log(load_context& context, const section& top, logging& into);
void read_test_only(load_context& context, const section& top, double& time_scale);

/// Reads `defaults` and `cameras`; at most `cameras_max` of them.
void read_cameras(load_context& context, const section& top, std::uint32_t cameras_max,
                  std::vector<camera>& into);

/// Whether anybody is configured who could log in.
bool has_users(const load_context& context, const section& top);

/// Reads `users`, and the first administrator from the environment; after `cameras`.
void read_users(load_context& context, const section& top, wall& into);

/// Reads `compat`; after all else, which it is checked against.
void read_compat(load_context& context, const section& top, wall& into);

struct endpoint {
  std::string address;
  std::uint16_t port = 0;
};

/// `127.0.0.1:8080`, `[::1]:8080`, `localhost:8080`, or `:8080` for all IPv4 addresses.
std::optional<endpoint> parse_listen(std::string_view text);

} // namespace camwall::config
