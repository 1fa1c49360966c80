#pragma once

#include "media/worker/bytes.hpp"

#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>

namespace camwall::media {

/// One coded picture on its way to be decoded.
struct coded_picture {
  bytes annex_b; ///< A keyframe has its parameter sets with it.
  bool keyframe = false;
  std::int64_t pts = 0; ///< In 1/90000 s, rebased: without the camera's jumps.
  std::uint64_t capture_us = 0;
  bool after_gap = false; ///< It does not follow the picture before it. Set by the queue.
};

/// What waits to be decoded. A picture needs those before it, so whatever is dropped, all up to the
/// next keyframe goes with it. No lock, no clock.
class rendition_queue {
public:
  /// A camera's GOP of ten seconds fits, so that one can begin with its last keyframe.
  static constexpr std::size_t pictures_max = 300;
  static constexpr std::size_t bytes_max = 16UL * 1024 * 1024;

  /// Who is so far behind goes on with the keyframe that has just come.
  static constexpr std::int64_t backlog_ticks_max = 90'000;

  /// Takes a picture, or drops and counts it, and those waiting, when there is no room.
  void push(coded_picture x);

  /// The oldest one.
  std::optional<coded_picture> pop();

  /// Only keyframes are of use, or all pictures again, from the next keyframe on.
  void set_keyframes_only(bool x);

  bool keyframes_only() const noexcept {
    return keyframes_only_;
  }

  /// Drops what waits, and counts it: what comes until the next keyframe is of no use.
  void give_up() noexcept;

  /// Drops everything, uncounted: nobody wants it any more.
  void clear() noexcept;

  bool empty() const noexcept {
    return waiting_.empty();
  }

  /// The `pts` of the last picture that came.
  std::int64_t newest() const noexcept {
    return newest_;
  }

  /// How far `pts` is behind the newest picture, in 1/90000 s.
  std::int64_t behind(std::int64_t pts) const noexcept {
    return newest_ - pts;
  }

  /// From one keyframe to the next, in 1/90000 s; 0 before the second.
  std::int64_t keyframe_ticks() const noexcept {
    return keyframe_ticks_;
  }

  std::uint64_t dropped() const noexcept {
    return dropped_;
  }

private:
  bool wants(bool keyframe) const noexcept {
    return keyframe || !(keyframes_only_ || waits_for_keyframe_);
  }

  std::deque<coded_picture> waiting_;
  std::size_t bytes_ = 0;
  std::int64_t newest_ = 0;
  std::optional<std::int64_t> last_keyframe_;
  std::int64_t keyframe_ticks_ = 0;
  bool keyframes_only_ = false;
  bool waits_for_keyframe_ = true;
  bool lost_ = false; ///< That is why it waits.
  std::uint64_t dropped_ = 0;
};

} // namespace camwall::media
