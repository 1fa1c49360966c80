#pragma once

#include "core/rfc3339.hpp"

#include <cstdint>
#include <deque>
#include <string>

namespace camwall::media {

/// A segment that a playlist names.
struct listed_segment {
  std::uint64_t sequence = 0;
  std::uint64_t discontinuity_sequence = 0; ///< Its own, i.e. with its own tag counted.
  std::string name;
  std::string map; ///< Its init segment; empty for MPEG-TS.
  double duration_s = 0;
  bool discontinuity = false;
  bool gap = false; ///< There is no such file: the rendition has a hole here.
  wall_time start;
};

/// Renders a live media playlist (RFC 8216 §4.3.3). `target_s` must not be below any rounded
/// duration. Not for an empty list.
std::string media_playlist(const std::deque<listed_segment>& segments, int target_s);

struct variant {
  std::string codecs; ///< Of picture and sound.
  int width = 0;
  int height = 0;
  double fps = 0;
  std::uint64_t bandwidth_bps = 0;
  bool audio = false; ///< `audio.m3u8` is there too.
};

/// Renders the multivariant playlist (RFC 8216 §4.3.4) for `video.m3u8` and, when there is sound,
/// `audio.m3u8`.
std::string multivariant_playlist(const variant& x);

} // namespace camwall::media
