#pragma once

#include <algorithm>
#include <cstdint>

namespace camwall::media {

/// Decides where a segment ends: at the first keyframe once it is as long as wanted, less half a
/// frame, so that a camera whose keyframes come every 0.9999 s does not get segments twice as long.
class segmenter {
public:
  /// `wanted` in ticks.
  explicit segmenter(std::int64_t wanted) noexcept : wanted_(wanted) {
    // nop
  }

  void begin(std::int64_t dts) noexcept {
    start_ = dts;
    forced_ = false;
  }

  /// Makes the next keyframe begin a segment whatever the length.
  void force() noexcept {
    forced_ = true;
  }

  /// Whether a segment begins at this access unit.
  bool cuts(bool keyframe, std::int64_t dts, std::int64_t frame) const noexcept {
    return keyframe && (forced_ || dts - start_ >= wanted_ - std::max(frame / 2, wanted_ / 10));
  }

  std::int64_t start() const noexcept {
    return start_;
  }

private:
  std::int64_t wanted_;
  std::int64_t start_ = 0;
  bool forced_ = false;
};

} // namespace camwall::media
