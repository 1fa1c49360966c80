#pragma once

#include "media/worker/libav.hpp"
#include "media/worker/rendition.hpp"

#include <map>
#include <tuple>

namespace camwall::media {

/// Brings a decoded picture to a size, to 4:2:0, and to the colours that its reader expects: those
/// of ITU-R BT.601, of full range for JPEG (JFIF 1.02), of limited range for MPEG-1. What several
/// renditions need of one picture is made once.
class rendition_scaler {
public:
  struct target {
    picture_size size;
    bool full_range = false;

    friend auto operator<=>(const target&, const target&) = default;
  };

  /// Another picture comes: what was made of the last one is out of date.
  void begin_picture() noexcept;

  /// Null without memory, or for a kind of picture that cannot be converted. Valid up to the next
  /// `begin_picture`.
  const AVFrame* make(const AVFrame& from, const target& to);

  /// Gives back the memory of targets that were not asked for since the last call.
  void forget_unused();

private:
  /// What a converter was made for.
  using source = std::tuple<int, int, int, int, int>;

  struct converter {
    source from;
    scaler_ptr scaler;
    frame_ptr made;
    bool is_current = false;
    bool is_used = false;
  };

  static bool prepare(converter& x, const AVFrame& from, const target& to);

  std::map<target, converter> converters_;
};

} // namespace camwall::media
