#pragma once

#include "core/phase.hpp"
#include "core/stream_name.hpp"
#include "core/wall_snapshot.hpp"

#include <string>
#include <string_view>

namespace camwall::http {

/// How a stream does, as its viewers see it.
struct stream_state {
  bool known = false; ///< False: there is no such stream.
  camwall::phase phase = camwall::phase::connecting;
  camwall::reason reason = camwall::reason::none;
  std::string detail; ///< One sentence for people; never empty when the phase is a failure.

  friend bool operator==(const stream_state&, const stream_state&) = default;
};

/// `wall` may be null.
stream_state state_of(const wall_snapshot* wall, const stream_name& which);

/// No picture comes before something changes.
bool is_failure(phase x) noexcept;

/// It may not run: too many others do (`limits.streams_max`). What `detail` says then may be of an
/// earlier try, for a moment.
bool is_kept_back(const stream_state& x) noexcept;

/// What clients of profile `jsmpeg` call a phase: `connecting`, `playing`, `stopped` or `ended`.
std::string_view jsmpeg_phase(phase x) noexcept;

/// Why there is no picture, in the words of profile `jsmpeg`: `AUTH`, `NOT_FOUND`,
/// `CONNECTION_REFUSED`, `TIMEOUT`, `INVALID_STREAM` or `FFMPEG_EXIT`.
std::string_view jsmpeg_error(reason x) noexcept;

} // namespace camwall::http
