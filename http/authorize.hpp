#pragma once

#include "core/wall_snapshot.hpp"
#include "http/principal.hpp"
#include "http/request.hpp"

#include <cstdint>
#include <string_view>

namespace camwall::http {

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
  keep_view,   ///< Save a view of the page, and delete it.
  view_configuration, ///< How cameras are configured, without secrets.
  configure,          ///< Add, change and remove cameras, reload, probe addresses.
  sign_in,            ///< Whatever somebody needs who is not known yet.
};

/// The one place that decides what a role may do: true when `who` may do `what` at all. Which
/// cameras he may know of is `knows`. Whether metrics and health are open to others is decided
/// before (access_control).
bool permits(const principal& who, action what) noexcept;

/// True when `who` may know that this camera exists. Who may not is told that there is none.
bool knows(const principal& who, const camera_snapshot& camera);

/// The same by id; a camera that `wall` does not hold is in no group.
bool knows(const principal& who, std::string_view camera, const wall_snapshot* wall);

/// `permits` and `knows`; `camera` is empty when nothing asks for one in particular.
bool authorize(const principal& who, action what, std::string_view camera,
               const wall_snapshot* wall);

/// True when a browser sends this request from a page of another origin (RFC 6454) that the
/// configuration does not list: refused for methods that change something. Programs send no
/// `Origin` and are not meant.
bool is_cross_origin(const request& x) noexcept;

} // namespace camwall::http
