#pragma once

#include "media/worker/bytes.hpp"
#include "media/worker/nal.hpp"

#include <optional>
#include <string>

namespace camwall::media {

/// What a sequence parameter set tells.
struct video_format {
  std::string codecs; ///< RFC 6381, e.g. `avc1.64001f` or `hvc1.1.6.L93.B0`.
  int width = 0;
  int height = 0;
  int reorder =
    0; ///< How many frames a picture may be shown later than it is decoded; 0 when it is not told.

  bool interlaced = false; ///< A frame may come as two pictures, its fields.

  friend bool operator==(const video_format&, const video_format&) = default;
};

/// Reads an SPS NAL unit (H.264 §7.3.2.1, H.265 §7.3.2.2); nothing when it is cut short or absurd.
std::optional<video_format> read_sps(video_codec codec, byte_view nal);

} // namespace camwall::media
