#pragma once

#include "actors/reconnect_policy.hpp"

#include <optional>

namespace camwall {

/// Holds a rate (pictures or bits a second) against what is usual for this very stream, and says
/// when it is far from that for a while. No clock in it.
///
/// What is usual is the mean of the first minute and then follows slowly, so that a change which
/// stays is the usual before an hour has passed. A camera under a lamp sends four times the bits of
/// one in the dark: that is no news, and the bounds have to be wider than that.
class rate_norm {
public:
  struct bounds {
    double low = 0;   ///< Share of the usual below which the rate is off.
    double high = 0;  ///< Multiple of the usual above which it is off.
    duration after{}; ///< It must be there for so long, and back for so long.
  };

  explicit rate_norm(bounds x) : bounds_(x) {
    // nop
  }

  /// A new session: its first seconds, often a burst, tell nothing. What is usual stays known.
  void begin_session(time_point now);

  /// Takes the rate over about the last second.
  void take(double rate, time_point now);

  /// What is usual; empty in the first minute.
  std::optional<double> usual() const noexcept;

  /// The rate of the last seconds.
  double recent() const noexcept {
    return recent_;
  }

  bool off() const noexcept {
    return off_;
  }

private:
  void learn(duration span);
  void judge(time_point now);

  bounds bounds_;
  double usual_ = 0;
  duration learned_{};
  double recent_ = 0;
  bool off_ = false;
  std::optional<time_point> settled_at_; ///< When the present session's rate may be believed.
  std::optional<time_point> taken_at_;
  std::optional<time_point> other_since_; ///< Since when it looks other than `off_` says.
};

} // namespace camwall
