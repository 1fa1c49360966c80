#pragma once

#include "core/ip_range.hpp"
#include "http/principal.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace camwall::http {

enum class access_mode : std::uint8_t {
  loopback, ///< This machine is administrator, others are nobody.
  users,    ///< Everybody logs in, this machine too.
  open,     ///< Everybody is a viewer; this machine is administrator as long as there are no users.
};

/// Whom something is for that monitoring asks for.
enum class audience : std::uint8_t {
  users,    ///< Who may look at the wall.
  loopback, ///< The same, and whoever asks from this machine.
  everybody,
};

struct access_token {
  std::string name;
  std::string hash; ///< `fingerprint` of the token.
  std::optional<std::chrono::system_clock::time_point> expires;

  friend bool operator==(const access_token&, const access_token&) = default;
};

struct access_user {
  std::string name;
  std::string password_hash; ///< Argon2id string; empty: only by token.
  http::role role = role::viewer;
  std::optional<camera_scope> scope; ///< None: every camera.
  std::vector<access_token> tokens;
};

/// Who may do what, and what browsers are told. Validated by whoever makes it.
struct access_settings {
  access_mode mode = access_mode::loopback;
  std::vector<access_user> users;
  bool basic = false;      ///< Accept `Authorization: Basic`.
  bool plain_http = false; ///< Take passwords and tokens from elsewhere without TLS.
  audience metrics = audience::users;
  audience health = audience::users;
  std::vector<ip_range> trusted_proxies;
  std::vector<std::string> cors_origins;    ///< `https://host[:port]`.
  std::vector<std::string> frame_ancestors; ///< Besides the page's own origin.
  double requests_per_second_max = 0;       ///< Of one address; 0: any number.
};

/// What is kept at most; what goes beyond is counted by name.
namespace access_limits {
inline constexpr std::size_t sessions_max = 1024; ///< The one that was idle longest goes.
inline constexpr std::size_t sessions_per_user_max = 64;
inline constexpr std::chrono::hours session_idle_max{12};
inline constexpr std::chrono::hours session_age_max{7 * 24};
inline constexpr std::chrono::hours remembered_idle_max{30 * 24};
inline constexpr std::chrono::hours remembered_age_max{365 * 24};
inline constexpr std::size_t logins_waiting_max = 16; ///< For the thread that checks passwords.
inline constexpr std::size_t throttled_max = 16'384;  ///< Addresses, and names of users.
inline constexpr int free_tries = 5;                  ///< Before a wait begins.
inline constexpr std::chrono::seconds address_wait_max{900};
inline constexpr std::chrono::seconds user_wait_max{60};
inline constexpr std::size_t limited_addresses_max = 16'384;
inline constexpr double request_burst_s = 4; ///< A full bucket holds so many seconds' requests.
inline constexpr std::size_t basic_cached_max = 256;
inline constexpr std::chrono::seconds basic_cached_for{60};
inline constexpr std::chrono::seconds link_min{60};
inline constexpr std::chrono::hours link_max{30 * 24};
inline constexpr std::size_t body_bytes_max = 8192; ///< Of a login or a link.
} // namespace access_limits

} // namespace camwall::http
