#pragma once

#include <chrono>
#include <cstdint>
#include <optional>

namespace camwall::media {

/// Measures what a camera sends, from the times that it gives its pictures: many send what they
/// have kept at once when a session begins, so that arrival times say little.
class probe_meter {
public:
  using time_point = std::chrono::steady_clock::time_point;

  /// Takes the next picture, in decoding order. `pts` in ticks of 1/90000 s; absent when the camera
  /// sent none.
  void take_picture(std::uint64_t size, bool keyframe, std::optional<std::int64_t> pts,
                    time_point now);

  /// Counts bytes of sound.
  void take_sound(std::uint64_t size) noexcept {
    bytes_ += size;
  }

  std::uint64_t pictures() const noexcept {
    return pictures_;
  }

  std::uint32_t keyframes() const noexcept {
    return keyframes_;
  }

  /// When the first keyframe came.
  std::optional<time_point> first_keyframe_at() const noexcept {
    return first_keyframe_at_;
  }

  /// How long pictures were looked at, in seconds of the camera's time.
  double span_s() const noexcept;

  // 0 when it cannot be said yet.
  double fps() const noexcept;
  double gop_s() const noexcept; ///< The longest distance of two keyframes that follow each other.
  double bitrate_bps() const noexcept; ///< Over whole groups of pictures where there are any.

  /// Whether pictures come in another order than they are shown in.
  bool has_b_frames() const noexcept {
    return reordered_ > 0;
  }

private:
  /// Ticks since the first picture, and what had come before the picture there.
  struct mark {
    std::int64_t at = 0;
    std::uint64_t bytes = 0;
  };

  std::int64_t step(std::optional<std::int64_t> pts, time_point now);
  void take_keyframe(time_point now);

  std::uint64_t bytes_ = 0;
  std::uint64_t pictures_ = 0;
  std::uint32_t keyframes_ = 0;
  std::uint32_t reordered_ = 0;
  std::uint32_t early_ = 0; ///< Shown before the first picture that came.
  std::int64_t span_ = 0;   ///< Ticks from the first picture to the newest.
  std::int64_t longest_gop_ = 0;
  mark last_picture_;
  std::optional<mark> first_keyframe_;
  mark last_keyframe_;
  std::optional<std::int64_t> newest_pts_;
  std::optional<time_point> arrived_;
  std::optional<time_point> first_keyframe_at_;
};

} // namespace camwall::media
