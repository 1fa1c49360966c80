#pragma once

#include "config/camera_document.hpp"
#include "config/schema.hpp"
#include "core/camera_catalogue.hpp"
#include "core/camera_prober.hpp"

#include <tl/expected.hpp>

#include <optional>
#include <string>
#include <string_view>

namespace camwall::cli {

/// What has to be done so that a change of a camera is in the files.
struct planned_change {
  std::string id;
  std::optional<std::string> text;    ///< Of the camera's file; none: it is removed.
  std::optional<std::string> earlier; ///< The same as it was; none: there was none.
  std::optional<probe_request> probe; ///< To look at first.
  configured_camera before;           ///< Of a camera that exists already.
};

/// Checks a change against the configuration in force. Touches no file.
tl::expected<planned_change, change_refusal> plan_change(const camera_change& change,
                                                         const config::wall& in_force,
                                                         const config::etag_key& key);

/// See camera_catalogue::with_login_of.
tl::expected<std::string, change_refusal> add_known_login(const config::wall& in_force,
                                                          std::string_view id, std::string_view url,
                                                          std::string_view username);

/// Why a camera that was probed is not taken.
change_refusal refusal_of(const probe_report& x);

/// Refuses with one sentence and nothing more.
tl::unexpected<change_refusal> refuse(change_refusal::kind what, std::string code,
                                      std::string detail);

} // namespace camwall::cli
