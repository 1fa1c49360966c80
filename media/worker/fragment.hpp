#pragma once

#include "media/worker/bytes.hpp"

#include <cstdint>
#include <span>

namespace camwall::media {

/// One sample of a track, in the track's time scale.
struct sample {
  std::int64_t pts = 0;
  std::int64_t dts = 0;
  std::int64_t duration = 0;
  bool keyframe = true;
  bytes data;
};

/// Appends one CMAF chunk (ISO/IEC 23000-19 §7.3.2.3): a `moof` and its `mdat` with the given
/// samples of the only track of the file, in decoding order. The times are absolute: the `tfdt` is
/// the first sample's `dts`.
///
/// libav's muxer could do it, but counts each file's time from its own first packet, so that
/// picture and sound would lose their common clock, and it keeps an index that grows.
void append_chunk(bytes& to, std::uint32_t number, std::span<const sample> samples);

} // namespace camwall::media
