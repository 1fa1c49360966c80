#pragma once

#include "core/live_media.hpp"
#include "media/worker/bytes.hpp"

#include <cstdint>
#include <optional>
#include <string>

namespace camwall::media {

/// A series of pictures that somebody wants: `media_format::jpeg` or `mpeg1`. 0 leaves a value to
/// the camera or to us.
struct rendition {
  std::uint32_t id = 0;
  media_format format = media_format::jpeg;
  std::uint16_t width = 0;
  std::uint16_t height = 0;
  std::uint16_t fps = 0;
  std::uint16_t quality = 0;

  friend bool operator==(const rendition&, const rendition&) = default;
};

/// One JPEG, or one MPEG-1 picture in whole TS packets.
struct rendition_output {
  std::uint32_t id = 0;
  media_format format = media_format::jpeg;
  bool keyframe = false;        ///< Decoding can begin here; PAT and PMT come first.
  std::uint64_t capture_us = 0; ///< As it was with the access unit.
  bytes payload;
  int width = 0;
  int height = 0;
};

/// Nothing comes of this rendition any more.
struct rendition_refusal {
  std::uint32_t id = 0;
  std::string why; ///< One sentence for people.
};

/// Sums since the worker began.
struct rendition_counts {
  std::uint64_t decoded = 0; ///< Coded pictures that went through the decoder.
  std::uint64_t encoded = 0; ///< Of all renditions.
  std::uint64_t late = 0;    ///< Decoded and not shown, since newer ones were there already.
  std::uint64_t dropped = 0; ///< Not even decoded, since too many waited.
  std::uint64_t damaged = 0; ///< Not shown, since they or those before them have errors.
  double cpu_s = 0;
};

struct picture_size {
  int width = 0;
  int height = 0;

  friend auto operator<=>(const picture_size&, const picture_size&) = default;
};

/// MPEG-1 has twelve bits for a side (ISO/IEC 11172-2 §2.4.3.2).
inline constexpr int rendition_side_max = 4080;
inline constexpr int rendition_side_min = 16;

/// How large a picture becomes. `pixel_aspect` is a pixel's width by its height. Both sides are
/// even and within the limits.
picture_size size_of(const rendition& wanted, picture_size native, double pixel_aspect) noexcept;

inline constexpr int rendition_quality_default = 80;

/// The quantiser of libav's JPEG encoder, 1 to 31, that comes next to this quality of libjpeg's.
int jpeg_quantiser(int quality) noexcept;

/// Bits a second at 25 pictures a second.
std::int64_t mpeg1_bit_rate(picture_size size, int quality) noexcept;

/// Chooses pictures so that there are at most `fps` a second, evenly spaced: of those that come
/// the one next to when one is due. 0 takes all. Times in 1/90000 s.
class rendition_pace {
public:
  explicit rendition_pace(int fps) noexcept;

  bool takes(std::int64_t pts) noexcept;

private:
  std::int64_t interval_;
  std::int64_t last_ = 0; ///< Of all that came.
  std::optional<std::int64_t> next_;
};

} // namespace camwall::media
