#pragma once

#include "http/access/access_control.hpp"
#include "http/access/secrets.hpp"

#include <future>
#include <string>
#include <utility>
#include <vector>

namespace camwall::http {

// Made with the least memory that Argon2 allows: a login takes no time.
inline const std::string guard_hash =
  "$argon2id$v=19$m=8,t=1,p=1$HhY0RmktoyrVkJxJ2tcdXw$hgxRtWVcwgHRtkWGajEemdr/ZZ4HI6FWAgcFXDI8XSo";
inline const std::string ops_hash =
  "$argon2id$v=19$m=8,t=1,p=1$ZUik0m5Q69s3UM/4qKkLwQ$A5hLf1nvyTo2WNMKVysbCbIpVoqd9Dy/4kKkRy9IV0E";
inline const std::string admin_hash =
  "$argon2id$v=19$m=8,t=1,p=1$gl5StwmHbK1cBF9OAXQHsg$OzI0vyOpv2RNU7eg41UznuqanuQVi2FGGP0wE2fl1rs";
inline const std::string changed_hash =
  "$argon2id$v=19$m=8,t=1,p=1$hYU7idTRwjssjg4SBGSjpw$5ORkV6L3J6Zo//gOEUcQIvLgaWP0+65ziSVR36q9eMA";

inline const std::string guard_token = "cw_guard-token";

/// `guard` (viewer, sees camera `a` and group `yard`, has a token), `ops` (operator), `boss`
/// (administrator).
inline access_settings three_users() {
  access_settings x;
  x.mode = access_mode::users;
  x.users = {{.name = "guard",
              .password_hash = guard_hash,
              .role = role::viewer,
              .scope = camera_scope{.cameras = {"a"}, .groups = {"yard"}},
              .tokens = {{.name = "kiosk", .hash = fingerprint(guard_token), .expires = {}}}},
             {.name = "ops", .password_hash = ops_hash, .role = role::operator_},
             {.name = "boss", .password_hash = admin_hash, .role = role::administrator}};
  return x;
}

inline ip_address address(std::string_view text) {
  return *parse_ip_address(text);
}

/// A request over a loopback connection, or from elsewhere.
class asking {
public:
  explicit asking(std::vector<header_field> fields = {}, std::string_view from = {})
    : fields_(std::move(fields)) {
    x.headers = fields_;
    x.host = "localhost";
    x.from_loopback = from.empty();
    x.peer = address(from.empty() ? "127.0.0.1" : from);
    x.client = x.peer;
  }
  asking(const asking&) = delete;
  asking& operator=(const asking&) = delete;

  request x;

private:
  std::vector<header_field> fields_;
};

/// Waits for the thread that checks passwords.
inline login_outcome log_in(access_control& sut, const request& from, const std::string& name,
                            std::string password, bool session = true, bool remember = false) {
  std::promise<login_outcome> done;
  sut.log_in(from, name, std::move(password), session, remember,
             [&](const login_outcome& x) { done.set_value(x); });
  return done.get_future().get();
}

} // namespace camwall::http
