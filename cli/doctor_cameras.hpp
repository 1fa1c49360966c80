#pragma once

#include "cli/doctor_checks.hpp"
#include "core/camera_prober.hpp"

#include <cstddef>
#include <vector>

namespace camwall::cli {

/// What a probe says of a camera: `bad` without a picture, `warn` for advice that a wall suffers
/// from, which a word about sound or B-frames is not.
finding judge_camera(const config::camera& camera, const probe_report& found);

/// Probes the stream of each enabled camera that the wall shows, `at_once` at a time, and none with
/// a login that its host has just refused (probe_turns). Blocks until all have ended.
std::vector<finding> look_at_cameras(const config::wall& x, camera_prober& prober,
                                     std::size_t at_once);

/// The same in sandboxed processes: `limits.connecting_per_host_max` of them and 15 s each.
std::vector<finding> look_at_cameras(const config::wall& x);

} // namespace camwall::cli
