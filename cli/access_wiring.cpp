#include "cli/access_wiring.hpp"

#include <spdlog/spdlog.h>

#include <cstdlib>
#include <utility>

namespace camwall::cli {

namespace {

http::access_mode mode_of(config::access_mode x) {
  switch (x) {
    case config::access_mode::loopback:
      return http::access_mode::loopback;
    case config::access_mode::users:
      return http::access_mode::users;
    case config::access_mode::open:
      return http::access_mode::open;
  }
  return http::access_mode::loopback;
}

http::role role_of(config::user_role x) {
  switch (x) {
    case config::user_role::viewer:
      return http::role::viewer;
    case config::user_role::operator_:
      return http::role::operator_;
    case config::user_role::admin:
      return http::role::administrator;
  }
  return http::role::none;
}

http::audience audience_of(config::audience x) {
  switch (x) {
    case config::audience::users:
      return http::audience::users;
    case config::audience::loopback:
      return http::audience::loopback;
    case config::audience::everybody:
      return http::audience::everybody;
  }
  return http::audience::users;
}

http::access_user user_of(const config::user& x) {
  http::access_user out{.name = x.name, .password_hash = x.password_hash, .role = role_of(x.role)};
  if (!x.sees_all)
    out.scope = http::camera_scope{.cameras = {x.cameras.begin(), x.cameras.end()},
                                   .groups = {x.groups.begin(), x.groups.end()}};
  for (const auto& token : x.tokens)
    out.tokens.push_back({.name = token.name, .hash = token.hash, .expires = token.expires});
  return out;
}

} // namespace

http::role role_of(config::compat_role x) {
  switch (x) {
    case config::compat_role::viewer:
      return http::role::viewer;
    case config::compat_role::operator_:
      return http::role::operator_;
    case config::compat_role::administrator:
      return http::role::administrator;
  }
  std::abort(); // The loader makes no other value.
}

http::access_settings access_settings_of(const config::wall& x) {
  http::access_settings out{
    .mode = mode_of(x.server.access),
    .basic = x.server.basic_auth,
    .plain_http = x.server.plain_http,
    .metrics = audience_of(x.server.metrics_access),
    .health = audience_of(x.server.health_access),
    .trusted_proxies = x.server.trusted_proxies,
    .cors_origins = x.server.cors_origins,
    .frame_ancestors = x.server.frame_ancestors,
    .requests_per_second_max = static_cast<double>(x.limits.requests_per_second)};
  for (const auto& user : x.users)
    out.users.push_back(user_of(user));
  return out;
}

void access_to_metrics::on_login(std::string_view result) {
  metrics_.login(result);
}

void access_to_metrics::on_limit(std::string_view limit) {
  metrics_.limit_reached(limit);
}

void access_to_metrics::on_sessions(std::size_t n) {
  metrics_.sessions(n);
}

void access_to_metrics::on_warning(std::string_view text) {
  spdlog::warn("{}", text);
}

} // namespace camwall::cli
