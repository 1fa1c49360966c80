#pragma once

#include "http/request.hpp"

#include <cstdint>
#include <string_view>

namespace camwall::http {

/// Each may do what those before it may.
// NOLINTNEXTLINE(readability-identifier-naming): the word itself is taken.
enum class role : std::uint8_t { none, viewer, operator_, administrator };

/// Who asks. Until users exist, all that is known of somebody is where the connection comes from.
struct principal {
  http::role role = http::role::none;
};

/// What is asked for: every route names one.
enum class action : std::uint8_t {
  view_page,    ///< The wall page and its files.
  view_media,   ///< Live pictures of one camera.
  view_still,   ///< Still pictures of one camera.
  view_state,   ///< What the cameras are doing.
  view_metrics, ///< Figures for the monitoring.
  view_health,  ///< Whether this process works.
  open_socket, ///< Open a WebSocket, which asks for each thing by itself and says what was refused.
  operate,     ///< Order a camera to restart, to be switched off, …
  view_configuration, ///< How cameras are configured, without secrets.
  configure,          ///< Add, change and remove cameras, reload, probe addresses.
  sign_in,            ///< Whatever somebody needs who is not known yet.
};

/// Loopback is administrator. With `open_access` everybody else is a viewer. A loopback connection
/// that a proxy forwards
/// (`Forwarded`, `X-Forwarded-For`) speaks for somebody elsewhere and so does not count as
/// loopback.
principal identify(const request& x, bool open_access) noexcept;

/// The one place that decides: true when `who` may do `what`; `camera` is its id, or empty when the
/// route names none.
bool authorize(const principal& who, action what, std::string_view camera) noexcept;

/// True when a browser sends this request from a page of another origin (RFC 6454): refused for
/// methods that change something. Programs send no `Origin` and are not meant.
bool is_cross_origin(const request& x) noexcept;

} // namespace camwall::http
