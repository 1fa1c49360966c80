#pragma once

#include "actors/reconnect_policy.hpp"
#include "core/phase.hpp"
#include "media/worker_protocol.hpp"

#include <optional>
#include <vector>

namespace camwall {

/// The conditions of one stream's picture, and when they ask for a restart: `frozen` and
/// `undecodable` at once, then every five minutes as long as they last; `black` and `uniform` are
/// only reported.
///
/// A new worker needs a while to see that the picture is still frozen. Until it has seen it move,
/// what the last worker found holds: a tile that said LIVE after each restart would lie.
class picture_faults {
public:
  struct held {
    condition what = condition::frozen;
    time_point since;
    bool inherited = false; ///< Found by an earlier worker.
  };

  /// `frozen_after` is the worker's own threshold. `time_scale` divides the five minutes; 1 but in
  /// tests.
  picture_faults(duration frozen_after, double time_scale);

  void take(const media::picture_judged& x, time_point now);

  /// A new worker was made.
  void begin_worker(time_point now);

  /// Nobody wants the picture any more.
  void forget() {
    held_.clear();
  }

  const std::vector<held>& conditions() const noexcept {
    return held_;
  }

  /// When the stream is to be restarted because of its picture; empty while that is good.
  std::optional<time_point> restart_due() const;

  /// It is restarted.
  void restarted(time_point now) {
    last_restart_ = now;
  }

private:
  const held* find(condition what) const;
  bool still_doubtful(const held& x, const media::picture_judged& news, time_point now) const;

  duration recheck_;
  duration restart_period_;
  std::vector<held> held_;
  time_point worker_began_;
  time_point fault_seen_;
  std::optional<time_point> last_restart_;
};

} // namespace camwall
