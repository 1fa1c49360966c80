#pragma once

#include "core/wall_snapshot.hpp"
#include "http/live/live_limits.hpp"
#include "http/live/live_messages.hpp"
#include "http/live/report_observer.hpp"
#include "http/wall_services.hpp"

#include <array>
#include <chrono>
#include <string>

namespace camwall::http {

/// What the wall behind one socket tells of itself, and whether it still does. Its part of the
/// figures goes when it goes, or falls silent.
class wall_reports {
public:
  using time_point = std::chrono::steady_clock::time_point;

  /// `wall` is the name as the metrics have it. `observer` and `limits` outlive this.
  wall_reports(live_observer& observer, const live_limits& limits, std::string wall);
  ~wall_reports();

  wall_reports(const wall_reports&) = delete;
  wall_reports& operator=(const wall_reports&) = delete;

  /// False when it came too soon after those before, and was not looked at.
  bool take(const report_message& x, const wall_snapshot& cameras, time_point now);

  void on_tick(time_point now);

private:
  /// Tiles by badge, and those that are behind their camera.
  struct tiles {
    std::array<int, all_badges.size()> by_badge{};
    int behind = 0;
  };

  void add_sums(const report_message& x, const wall_snapshot& cameras);
  void show(const tiles& x);
  void set_silent(bool silent);

  live_observer& observer_;
  report_observer* sums_; // The same; null when it does not want them.
  const live_limits& limits_;
  std::string wall_;
  tiles shown_;
  bool silent_ = false;
  bool expected_ = false; // It reports, and should go on.
  time_point last_{};
  time_point next_{}; // When the reports that came are used up, at one an interval.
};

} // namespace camwall::http
