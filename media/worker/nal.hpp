#pragma once

#include "media/worker/bytes.hpp"

#include <cstdint>
#include <optional>

namespace camwall::media {

enum class video_codec : std::uint8_t { h264, h265 };

/// What a NAL unit means to a muxer; the many kinds of slices are all `slice`.
enum class nal_kind : std::uint8_t {
  slice,
  random_access_slice, ///< IDR (H.264), IRAP (H.265): decoding can begin here.
  recovery_point,      ///< SEI (H.264): decoding can begin at this access unit though it is no IDR.
  vps,
  sps,
  pps,
  delimiter, ///< Access unit delimiter, end of sequence or stream, filler: carries no picture.
  other,     ///< SEI and the rest.
};

/// ITU-T H.264 table 7-1, H.265 table 7-1.
nal_kind kind_of(video_codec codec, byte_view nal) noexcept;

/// Walks over the NAL units of a byte stream (H.264 annex B): start codes and trailing zeros are
/// left out.
class nal_reader {
public:
  explicit nal_reader(byte_view stream) noexcept;

  /// The next NAL unit, never empty; nothing at the end.
  std::optional<byte_view> next() noexcept;

private:
  byte_view rest_; ///< Begins behind a start code.
};

} // namespace camwall::media
