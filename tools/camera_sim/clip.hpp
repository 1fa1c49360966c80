#pragma once

#include <tl/expected.hpp>

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace camwall::camera_sim {

enum class codec { h264, h265, aac, pcm_mulaw, pcm_alaw };

/// One access unit (one audio frame, for a track of audio), as it stands in the clip.
struct access_unit {
  /// Video: NAL units, each behind four bytes of length (ISO/IEC 14496-15 §5.3.2).
  std::vector<std::uint8_t> bytes;
  /// Video: where the first slice's NAL unit begins in `bytes`; what is put there precedes the
  /// picture.
  std::size_t first_slice = 0;
  /// When it is due, from the start of the clip; the first is at 0.
  std::int64_t decode_ns = 0;
  /// Presentation time less decode time, never negative; 0 everywhere without B-frames.
  std::int64_t composition_ns = 0;
  bool keyframe = false;
};

/// One track of a clip, meant to be repeated for ever. Unit n of the endless timeline is unit
/// n mod size of the clip, so positions never repeat and the seam of the loop cannot be seen.
struct track {
  codec kind = codec::h264;
  int sample_rate = 0;
  int channels = 0;
  /// avcC, hvcC or AudioSpecificConfig; empty for G.711.
  std::vector<std::uint8_t> configuration;
  std::vector<access_unit> units;
  /// Length of one loop.
  std::int64_t duration_ns = 0;
  std::int64_t composition_max_ns = 0;

  const access_unit& unit(std::uint64_t position) const {
    return units[position % units.size()];
  }

  /// When the unit at `position` is due, from the start of the timeline.
  std::int64_t due_ns(std::uint64_t position) const;

  /// The first position that is due at `at_ns` or later. `at_ns` is not negative.
  std::uint64_t first_due(std::int64_t at_ns) const;

  /// The first keyframe at `position` or after it.
  std::uint64_t next_keyframe(std::uint64_t position) const;
};

/// A clip in memory.
struct clip {
  track video;
  std::optional<track> audio;
};

/// Reads a clip (H.264 or H.265 from a container of the MP4 kind; AAC, G.711 or no audio) into
/// memory. The error is a sentence that names the file.
tl::expected<std::shared_ptr<const clip>, std::string> load_clip(const std::filesystem::path& file);

} // namespace camwall::camera_sim
