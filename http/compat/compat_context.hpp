#pragma once

#include "core/compat_profile.hpp"
#include "core/ip_range.hpp"
#include "core/stream_name.hpp"
#include "http/authorize.hpp"
#include "http/compat/compat_ids.hpp"
#include "http/host_check.hpp"
#include "http/live/live_room.hpp"
#include "http/request.hpp"
#include "http/response.hpp"
#include "http/wall_services.hpp"
#include "http/websocket/session.hpp"

#include <tl/expected.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace camwall::http {

/// A camera that nobody configured: a client named its address.
struct adhoc_camera {
  stream_name stream; ///< May not be on the wall yet.

  /// For clients that name streams by number: above those of configured cameras, and not to be
  /// guessed.
  std::uint64_t number = 0;

  std::shared_ptr<const void> lease; ///< The camera goes on while somebody has one.
};

/// Why a client does not get the address that it named.
struct address_refusal {
  int status = 403;
  std::uint16_t close_code = close_code::not_allowed;
  std::string why; ///< Repeats nothing of the address; at most 123 bytes (RFC 6455 §5.5).
};

/// What a compatibility listener needs besides the services of the main one. All functions are
/// called from HTTP and WebSocket threads and must not block.
struct compat_services {
  /// The configured stream that a client means by an RTSP address of its own, login included.
  std::function<std::optional<stream_name>(std::string_view url)> find_stream;

  /// The camera at an address that is not configured, begun when it does not run yet. Empty: there
  /// are none.
  std::function<tl::expected<adhoc_camera, address_refusal>(std::string_view url, http::role)>
    open_adhoc;

  /// The same by number.
  std::function<std::optional<adhoc_camera>(std::uint64_t number)> find_adhoc;

  /// The wall with these cameras, which `wall_services::wall` does not hold; may be null.
  const snapshot_cell* with_adhoc = nullptr;

  /// The address of a camera without its login, to be shown.
  std::function<std::string(std::string_view camera)> shown_url;

  const compat_ids* ids = nullptr; ///< Not null.

  std::function<std::chrono::steady_clock::time_point()> clock = std::chrono::steady_clock::now;
};

struct compat_options {
  compat_profile profile = compat_profile::grid;
  listen_options listen;
  http::role role = role::viewer; ///< What those who may connect may do.
  std::vector<ip_range> allow;   ///< Who may connect; empty: this machine, or with open access all.
  std::vector<std::string> grid; ///< Of profile `grid`: camera ids in the order of their numbers.
};

namespace compat_limits {
inline constexpr std::size_t url_bytes_max = 2048;
inline constexpr std::size_t name_bytes_max = 64; ///< Of ids that a client chooses.
inline constexpr std::size_t commands_per_second_max = 10;
inline constexpr std::size_t commands_burst_max = 20; ///< 1008 beyond.
inline constexpr std::size_t bad_commands_max = 10;   ///< Of one client: 4000 beyond.

/// Of profile `opencv`, whose clients take a connection without pictures for one that works.
inline constexpr std::chrono::seconds first_picture_deadline{15};

/// Until a camera that a client named is on the wall: others may have to leave it first.
inline constexpr std::chrono::seconds arrival_deadline{15};
} // namespace compat_limits

/// What the handlers and sessions of one listener share. Outlives them.
struct compat_context {
  compat_context(compat_options options_, wall_services services_, compat_services compat_);

  const compat_options options;
  const wall_services services; ///< With limits for live media that suit the profile.
  const compat_services compat;
  const host_check hosts;
  const principal who;
  mutable live_context live; // Both guard themselves.
  mutable live_rooms rooms;
};

/// What a client means by an address of its own: a configured stream, or one that is begun for it.
/// Call it only for who has been let in: it may start something.
tl::expected<adhoc_camera, address_refusal> stream_by_url(const compat_context& context,
                                                          std::string_view url);

/// Reads the number of a stream: a unix time in seconds, or one below 2^53. Empty for anything
/// else.
std::optional<std::uint64_t> parse_stream_number(std::string_view text) noexcept;

/// Whether somebody with this request's address may use the listener. A request that a proxy
/// forwarded comes from an address that nobody has proven.
bool is_admitted(const request& x, const compat_options& options);

/// Whether a browser sends this request from a page that does not belong here. The pages of the
/// earlier viewers came from a server of their own on the same host: any port of a name that this
/// server answers to will do.
bool is_foreign_page(const request& x, const host_check& hosts);

/// The 101 of a WebSocket, or why there is none. Clients of the earlier viewers offer subprotocols
/// that mean nothing, and give up when none is chosen.
response accept_client(const request& x, const compat_context& context, session_factory make);

/// A value of the query with its `%XX` decoded; a `%` that two hexadecimal digits do not follow
/// stands for itself, and so does `+`. Empty when it is absent or longer than `bytes_max`.
std::optional<std::string> query_text(const request& x, std::string_view name,
                                      std::size_t bytes_max);

/// The address of a socket as a page of the client needs it, under the name that the client used:
/// `ws://host:port/path`, or `wss:` behind a proxy that speaks TLS.
std::string socket_url(const request& x, std::string_view path);

/// Never cached.
response json_answer(int status, std::string body);

/// `{"error": "<why>"}`.
response json_error(int status, std::string_view why);

/// The same as text, for sockets. `why` may be anything: what is not UTF-8 is replaced.
std::string error_text(std::string_view why);

/// What a client that asks for an address of its own is told.
inline constexpr std::string_view adhoc_refusal =
  "this address, with this login, is not one of the configured cameras; addresses that clients "
  "supply are off (adhoc.enabled)";

} // namespace camwall::http
