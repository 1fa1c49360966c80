#pragma once

#include "core/compat_profile.hpp"
#include "core/ip_range.hpp"
#include "core/notice_event.hpp"
#include "core/phase.hpp"
#include "core/wall_view.hpp"

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace camwall::config {

using seconds_f = std::chrono::duration<double>;

enum class transport : std::uint8_t { tcp, udp };
enum class container : std::uint8_t { fmp4, mpegts };
enum class start_mode : std::uint8_t { always, on_demand };
enum class access_mode : std::uint8_t { loopback, users, open };
enum class audience : std::uint8_t { users, loopback, everybody };
// NOLINTNEXTLINE(readability-identifier-naming): the word itself is taken.
enum class user_role : std::uint8_t { viewer, operator_, admin };
enum class sandbox_mode : std::uint8_t { required, best_effort };
enum class log_format : std::uint8_t { text, json };

/// What the clients of a compatibility listener, who cannot log in, may do.
enum class compat_role : std::uint8_t {
  viewer,
  // NOLINTNEXTLINE(readability-identifier-naming): the word itself is taken.
  operator_,     ///< Also switches cameras on and off.
  administrator, ///< Also adds, changes and removes cameras.
};

/// Where in which file a value stands, for messages such as `wall.yaml:14`.
struct source_location {
  std::string file;
  int line = 0; ///< From 1.
};

/// How a camera's picture is judged.
struct picture {
  bool check = true;
  seconds_f interval{2.0}; ///< A keyframe is decoded this often at most.
  seconds_f frozen_after{30.0};
  seconds_f black_after{10.0};
  double black_luma = 8; ///< Grey levels, 0 to 255.
  seconds_f uniform_after{10.0};
  double uniform_spread = 4;           ///< Grey levels, 0 to 255.
  std::uint32_t undecodable_after = 3; ///< Keyframes in a row.
  std::vector<condition> ignore;       ///< What is no fault of this camera.
};

struct camera {
  std::string id;    ///< `[a-z0-9][a-z0-9_-]{0,62}`: a path segment and a label value.
  std::string label; ///< Free text; the id when absent.
  std::string group;
  std::string url;      ///< `rtsp://…`, complete with percent-encoded user information. A secret.
  std::string sub_url;  ///< The same for the sub-stream; empty without one.
  std::string password; ///< Plain, of `url`; for redaction only; may be empty.
  std::string sub_password; ///< The same of `sub_url`.
  config::transport transport = transport::tcp;
  bool audio = true;
  bool enabled = true;
  start_mode start = start_mode::always;
  config::picture picture;
  std::vector<std::string> quirks; ///< Names from the list in docs/reference/configuration.md.
  source_location source;

  /// It stands alone in the file that the API keeps for it (`cameras.d/api-<id>.yaml`), so that the
  /// API may change it; every other camera is read-only there.
  bool api_owned = false;

  /// A client named its address, and nobody configured it: it may be only where `adhoc::allow`
  /// says, and nobody is shown it but who named it.
  bool adhoc = false;

  /// What is written for this camera, nothing inherited, as a JSON object in the order of the
  /// reference: addresses without the login, which stands in `username` and `password`; a template
  /// as the addresses that it gave. A secret. See config/camera_document.hpp.
  std::string settings;
};

/// What holds for a camera that does not say otherwise.
struct camera_defaults {
  camera values; ///< Without id and addresses.
  std::string username;
  std::string password;
};

struct server {
  std::string address = "127.0.0.1";
  std::uint16_t port = 8080;
  std::vector<std::string> hosts;             ///< Further names that the Host header may hold.
  std::vector<std::string> walls;             ///< Names that a wall may give itself (`?wall=`).
  access_mode access = access_mode::loopback; ///< `users` by default when there are any.
  bool plain_http = false; ///< Passwords over plain HTTP from elsewhere were accepted.
  bool basic_auth = false;
  audience metrics_access = audience::users;
  audience health_access = audience::everybody;
  std::vector<ip_range> trusted_proxies;
  std::vector<std::string> cors_origins;    ///< `https://host[:port]`, lower case.
  std::vector<std::string> frame_ancestors; ///< The same.
};

struct user_token {
  std::string name;
  std::string hash; ///< SHA-256 of the token, 64 hexadecimal digits.
  std::optional<std::chrono::system_clock::time_point> expires;

  friend bool operator==(const user_token&, const user_token&) = default;
};

struct user {
  std::string name;
  std::string password_hash; ///< Argon2id string; empty: only by token.
  user_role role = user_role::viewer;
  bool sees_all = true;
  std::vector<std::string> cameras; ///< Ids; with `groups` all that he may see, unless `sees_all`.
  std::vector<std::string> groups;
  std::vector<user_token> tokens;

  friend bool operator==(const user&, const user&) = default;
};

struct compat_listener {
  compat_profile profile = compat_profile::grid;
  std::string address;
  std::uint16_t port = 0;
  compat_role role = compat_role::viewer;
  std::vector<ip_range> allow;   ///< Who may connect; empty: what `server.access` says.
  std::vector<std::string> grid; ///< Of profile `grid`: camera ids in the order of their numbers.

  friend bool operator==(const compat_listener&, const compat_listener&) = default;
};

/// Addresses that clients of compatibility listeners supply.
struct adhoc {
  bool enabled = false;
  std::vector<std::string> allow; ///< Where they may lead, as `parse_permitted_peers` reads it.
  std::uint32_t cameras_max = 8;  ///< At a time.
  compat_role role = compat_role::viewer; ///< Who may supply them, at least.

  friend bool operator==(const adhoc&, const adhoc&) = default;
};

/// Somebody who is told what is wrong with the wall.
struct webhook {
  std::string name;              ///< `[a-z0-9][a-z0-9_-]{0,62}`: a label value.
  std::string url;               ///< `https://…` or `http://…`. A secret.
  std::string secret;            ///< Signs what is sent; empty: nothing is signed.
  std::filesystem::path ca_file; ///< Certificates to trust in place of the system's, or empty.
  std::vector<notice_event> events{all_notice_events.begin(), all_notice_events.end()};
  std::vector<std::string> groups; ///< Of cameras; empty: all.
  seconds_f after{30.0};           ///< A camera's fault is told of when it is so old.
  bool resolved = true;            ///< Also told when it is over.

  friend bool operator==(const webhook&, const webhook&) = default;
};

struct hls {
  std::filesystem::path directory = "hls_out";
  config::container container = container::fmp4;
  seconds_f segment{1.0};   ///< Aimed at; cut at the next keyframe.
  std::uint32_t window = 6; ///< Segments listed in a playlist.
  std::uint32_t grace =
    4; ///< Segments kept on disk after they left the playlist, for slow readers.
};

struct deadlines {
  seconds_f open{10.0};
  seconds_f access_unit{2.0};
  seconds_f linger{30.0};
};

struct limits {
  std::uint32_t cameras_max = 256;
  std::uint32_t streams_max = 2048; ///< Running at a time; those on demand are refused beyond.
  std::uint32_t connections_max = 4096;
  std::uint32_t connections_per_address_max = 512;
  std::uint32_t connecting_max = 4;
  std::uint32_t connecting_per_host_max = 2;
  std::uint32_t stderr_lines_max = 50;
  std::uint32_t events_max = 100; ///< Of one camera.
  std::uint32_t worker_memory_mb = 512;
  std::uint32_t disk_free_min_mb = 32;
  std::uint32_t subscriptions_max = 16'384; ///< Streams watched over WebSocket, of all viewers.
  std::uint32_t viewer_queue_mb = 4;        ///< What waits for one viewer.
  std::uint32_t probes_max = 2;             ///< Cameras looked at, at a time.
  std::uint32_t requests_per_second = 500;  ///< Of one address; this machine may always.
};

/// Still pictures of the cameras.
struct snapshots {
  seconds_f ttl{2.0}; ///< So long one is given to whoever asks.
  std::uint32_t cache_mb = 32;
};

struct logging {
  std::string level = "info"; ///< One of spdlog's: trace, debug, info, warn, err, critical, off.
  log_format format = log_format::text;
};

/// How changed files come into force.
struct reload {
  bool watch = true;     ///< By themselves; otherwise only by signal or over the API.
  seconds_f settle{0.5}; ///< So long nothing may change any more: editors write several times.
};

/// A validated configuration: nothing in it contradicts anything else in it.
struct wall {
  config::server server;
  config::hls hls;
  config::deadlines deadlines;
  config::limits limits;
  config::snapshots snapshots;
  config::logging log;
  config::reload reload;
  std::filesystem::path state_dir = "state";
  sandbox_mode sandbox = sandbox_mode::required; ///< Of the workers, where the kernel lacks it.
  double time_scale = 1.0; ///< For tests only: divides the waits of the reconnect policy.
  std::filesystem::path cameras_dir = "cameras.d"; ///< Need not exist.
  camera_defaults defaults;
  std::vector<camera>
    cameras; ///< Those of the main file, then those of `cameras_dir` by file name.
  std::vector<compat_listener> compat;
  config::adhoc adhoc;
  std::vector<webhook> webhooks;

  /// All files that had a say, absolute, the main file first; some need not exist (yet): `.env`.
  /// With `cameras_dir` itself, this is what to watch for changes.
  std::vector<std::filesystem::path> files;

  std::vector<user> users;
  std::vector<wall_view> views;      ///< What the page can be asked for by name.
  std::vector<std::string> warnings; ///< Each a line for the log: not wrong, but worth knowing.
};

} // namespace camwall::config
