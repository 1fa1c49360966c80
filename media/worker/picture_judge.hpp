#pragma once

#include "media/worker_protocol.hpp"

#include <array>
#include <chrono>
#include <cstdint>
#include <optional>

namespace camwall::media {

/// What is kept of a decoded picture to judge it by: for each of 64 x 36 cells sixteen pixels of
/// its middle as they are, and its mean colour. Not averaged: the average of a cell hides the
/// sensor's noise, and that is the sign of life of a scene in which nothing moves.
struct thumbnail {
  static constexpr std::size_t columns = 64;
  static constexpr std::size_t rows = 36;
  static constexpr std::size_t cells = columns * rows;
  static constexpr std::size_t samples = 16; ///< Of each cell.

  /// Grey levels: 0 is black and 255 white, whatever range the camera uses.
  std::array<std::uint8_t, cells * samples> luma{};
  std::array<std::uint8_t, cells> cb{};
  std::array<std::uint8_t, cells> cr{};
};

/// Decides by a series of keyframes what is wrong with a camera's picture. No clock, no decoder.
///
/// - `frozen`: in the cells with detail all pixels stay as they are. An encoder that is given one
///   picture again and again repeats it exactly, once its quantiser has settled; a sensor's noise
///   changes detail in every keyframe, even where the encoder smooths it away on plain surfaces. So
///   plain cells do not count, and a fifth of the others may change: a clock that is burned in
///   runs on over a frozen picture.
///   Not seen: a frozen picture under a quantiser that never settles, or with almost no detail.
///   Seen where there is none: a noiseless (drawn) scene in which less than a fifth of the detail
///   moves.
/// - `black`: mean, and brightest cell but 3 % of them (text that is burned in), are not above
///   `black_luma`.
/// - `uniform`: from the darkest to the brightest cell, but 3 % on either side, brightness and both
///   colours differ by `uniform_spread` at most, and it is not black.
/// - `undecodable`: so many keyframes in a row could not be decoded without errors.
///
/// A condition begins when it held for its time, and ends when two pictures in a row are clearly
/// free of it.
class picture_judge {
public:
  using time_point = std::chrono::steady_clock::time_point;

  explicit picture_judge(const picture_rules& rules);

  /// A keyframe that arrived at `at` was decoded.
  void take(const thumbnail& x, time_point at);

  /// A keyframe that arrived at `at` has errors.
  void take_undecodable(time_point at);

  /// Nothing looks amiss: pictures differ, and no condition holds or is in the making.
  bool calm() const noexcept {
    return moved_ && still_in_row_ == 0 && errors_in_row_ == 0 &&
           !(frozen_.since() || undecodable_.since() || black_.since() || uniform_.since());
  }

  /// What holds at `now`. The counters of the work are left for the caller to fill in.
  picture_judged verdict(time_point now) const;

private:
  enum class sign : std::uint8_t { bad, unclear, good };

  /// One condition in the making.
  class watch {
  public:
    /// It holds after it was seen for `after_s`. Disabled it never does.
    watch(bool enabled, double after_s) : enabled_(enabled), after_s_(after_s) {
      // nop
    }
    void observe(sign x, time_point at, time_point since);
    bool holds() const noexcept {
      return holds_;
    }
    /// When it began.
    std::optional<time_point> since() const noexcept {
      return since_;
    }

  private:
    bool enabled_;
    double after_s_;
    bool holds_ = false;
    int good_in_row_ = 0;
    std::optional<time_point> since_;
  };

  void judge_stillness(const thumbnail& x, time_point at, bool plain);

  picture_rules rules_;
  watch frozen_;
  watch undecodable_;
  watch black_;
  watch uniform_;
  thumbnail reference_; ///< What must not change; taken at `reference_at_`.
  std::optional<time_point> reference_at_;
  int still_in_row_ = 0;
  bool moved_ = false;
  std::uint64_t decoded_ = 0;
  std::uint32_t errors_in_row_ = 0;
  time_point first_error_;
};

} // namespace camwall::media
