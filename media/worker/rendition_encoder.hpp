#pragma once

#include "media/worker/libav.hpp"
#include "media/worker/rendition.hpp"

#include <tl/expected.hpp>

#include <memory>
#include <string>

namespace camwall::media {

/// Makes the messages of one rendition out of pictures of one size.
class rendition_encoder {
public:
  virtual ~rendition_encoder() = default;

  struct coded {
    bool keyframe = false;
    bytes payload;
  };

  /// `picture` is as `rendition_scaler` makes it; `pts` in 1/90000 s, later than the last one. The
  /// error is one sentence.
  virtual tl::expected<coded, std::string> encode(const AVFrame& picture, std::int64_t pts) = 0;
};

using rendition_encoder_ptr = std::unique_ptr<rendition_encoder>;

/// JPEG, 4:2:0. The error is one sentence for whoever wanted to see it.
tl::expected<rendition_encoder_ptr, std::string> make_jpeg_encoder(picture_size size, int quality);

/// MPEG-1 video (ISO/IEC 11172-2) without B-pictures, in MPEG-TS as JSMpeg reads it: one elementary
/// stream 0xE0, PES packets that say their length, PAT and PMT before each keyframe. There is a
/// keyframe at least each second. The declared rate is 25 pictures a second, since MPEG-1 knows
/// but a few; pictures come as they come, and their times are right.
tl::expected<rendition_encoder_ptr, std::string> make_mpeg1_encoder(picture_size size, int quality);

} // namespace camwall::media
