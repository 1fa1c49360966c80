#pragma once

#include "actors/picture_faults.hpp"
#include "actors/rate_norm.hpp"
#include "media/worker_protocol.hpp"

#include <string>
#include <vector>

namespace camwall {

/// What is odd about a stream that is live, told once when it comes and once when it goes: the
/// conditions of its picture, and rates that are far from what is usual for it. The latter are
/// never more than told: a camera that is slow at night is no fault.
class stream_signs {
public:
  struct news {
    std::string sign; ///< A condition, `frame_rate` or `bit_rate`.
    bool holds = false;
    std::string detail; ///< One sentence.
    bool serious = false;
  };

  void begin_worker(time_point now);

  void take(const media::progress& x, time_point now);

  /// What came and what went since the last call. While the stream is not live nothing comes or
  /// goes: faults of the picture outlast a restart, the rest is forgotten.
  std::vector<news> changes(bool live, const std::vector<picture_faults::held>& conditions,
                            time_point now);

  /// The stream is not wanted any more.
  void forget() {
    told_.clear();
  }

  const rate_norm& frame_rate() const noexcept {
    return frame_rate_;
  }
  const rate_norm& bit_rate() const noexcept {
    return bit_rate_;
  }

private:
  std::vector<condition> told_;
  bool told_frame_rate_ = false;
  bool told_bit_rate_ = false;
  rate_norm frame_rate_{{.low = 0.6, .high = 1.67, .after = std::chrono::seconds{10}}};
  rate_norm bit_rate_{{.low = 0.15, .high = 6, .after = std::chrono::seconds{20}}};
};

} // namespace camwall
