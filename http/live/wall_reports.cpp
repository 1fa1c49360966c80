#include "http/live/wall_reports.hpp"

#include <algorithm>
#include <utility>

namespace camwall::http {

wall_reports::wall_reports(live_observer& observer, const live_limits& limits, std::string wall)
  : observer_(observer),
    sums_(dynamic_cast<report_observer*>(&observer)),
    limits_(limits),
    wall_(std::move(wall)) {
  // nop
}

wall_reports::~wall_reports() {
  show({});
  set_silent(false);
}

bool wall_reports::take(const report_message& x, const wall_snapshot& cameras, time_point now) {
  // Who says goodbye is always heard, or would be missed.
  if (!x.tiles.empty() && next_ > now + limits_.report_interval)
    return false;
  next_ = std::max(next_, now) + limits_.report_interval;
  tiles sum;
  std::uint64_t stalls = 0;
  for (const auto& tile : x.tiles) {
    ++sum.by_badge[static_cast<std::size_t>(tile.badge)];
    const auto* camera = cameras.find(tile.camera);
    if (camera != nullptr && is_up(*camera) && !follows_camera(tile.badge))
      ++sum.behind;
    stalls += tile.stalls;
    if (tile.latency)
      observer_.on_latency(wall_, *tile.latency);
  }
  if (stalls > 0)
    observer_.on_stalls(wall_, stalls);
  add_sums(x, cameras);
  show(sum);
  set_silent(false);
  expected_ = !x.tiles.empty();
  last_ = now;
  return true;
}

void wall_reports::on_tick(time_point now) {
  if (!expected_ || now - last_ < limits_.report_deadline)
    return;
  expected_ = false;
  show({}); // What it said is not true any more.
  set_silent(true);
}

void wall_reports::add_sums(const report_message& x, const wall_snapshot& cameras) {
  if (sums_ == nullptr)
    return;
  std::array<std::uint64_t, all_ladder_steps.size()> steps{};
  for (const auto& tile : x.tiles) {
    for (std::size_t i = 0; i < steps.size(); ++i)
      steps[i] += tile.steps[i];
    if (tile.frames > 0 && cameras.find(tile.camera) != nullptr)
      sums_->on_frames_presented(tile.camera, tile.frames);
  }
  for (std::size_t i = 0; i < steps.size(); ++i)
    if (steps[i] > 0)
      sums_->on_ladder_steps(wall_, all_ladder_steps[i].first, steps[i]);
}

void wall_reports::show(const tiles& x) {
  for (std::size_t i = 0; i < all_badges.size(); ++i)
    if (auto delta = x.by_badge[i] - shown_.by_badge[i]; delta != 0)
      observer_.on_tiles(wall_, all_badges[i].first, delta);
  if (auto delta = x.behind - shown_.behind; delta != 0)
    observer_.on_tiles_behind(wall_, delta);
  shown_ = x;
}

void wall_reports::set_silent(bool silent) {
  if (std::exchange(silent_, silent) != silent)
    observer_.on_silent_wall(wall_, silent ? 1 : -1);
}

} // namespace camwall::http
