#pragma once

#include "media/worker/bytes.hpp"

#include <optional>
#include <string>

namespace camwall::media {

/// What an AudioSpecificConfig tells (ISO/IEC 14496-3 §1.6.2.1).
struct audio_config {
  int object_type = 0;
  int channels = 0;
  int core_rate = 0;        ///< Of the samples that are coded; SBR doubles it.
  int frame_samples = 1024; ///< At `core_rate`.
  bool sbr = false;
};

std::optional<audio_config> read_audio_config(byte_view data);

/// RFC 6381, e.g. `mp4a.40.2`.
std::string codecs_of(const audio_config& x);

/// A frame of AAC-LC silence at any rate; empty for what no such frame is known for.
byte_view silent_frame(const audio_config& x) noexcept;

} // namespace camwall::media
