#pragma once

#include <string>
#include <string_view>

namespace camwall::media {

/// What cameras' menus call a coding.
struct profile_and_level {
  std::string profile; ///< E.g. `High`; empty when it has no name here.
  std::string level;   ///< E.g. `3.1`.

  friend bool operator==(const profile_and_level&, const profile_and_level&) = default;
};

/// Of the RFC 6381 name of a video track: `avc1.PPCCLL` (ITU-T H.264 annex A) or
/// `hvc1.1.6.L93.B0` (H.265 annex A). Empty for anything else.
profile_and_level names_of(std::string_view codecs);

} // namespace camwall::media
