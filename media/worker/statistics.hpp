#pragma once

#include "media/worker_protocol.hpp"

#include <chrono>
#include <cstdint>
#include <deque>
#include <optional>

namespace camwall::media {

/// Counts what arrives and says when it is time to report it.
class statistics {
public:
  using time_point = std::chrono::steady_clock::time_point;

  void count_bytes(std::uint64_t n) noexcept {
    sums_.bytes += n;
  }

  void count_access_unit(bool keyframe, time_point now);

  void count_discontinuity() noexcept {
    ++sums_.discontinuities;
  }

  void set_size(int width, int height) noexcept {
    sums_.width = width;
    sums_.height = height;
  }

  /// The report, when one is due: at once for the first access unit, then at most every 250 ms. CPU
  /// time and renditions are left for the caller to fill in.
  std::optional<progress> due(time_point now);

private:
  struct mark {
    time_point at;
    std::uint64_t frames = 0;
    std::uint64_t bytes = 0;
  };

  void update_rates(time_point now);

  progress sums_;
  std::optional<time_point> reported_at_;
  std::optional<time_point> keyframe_at_;
  std::deque<double> gops_s_;
  std::deque<mark> marks_; ///< One per report, over a bit more than the last second.
};

} // namespace camwall::media
