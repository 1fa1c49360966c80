#include "media/worker/statistics.hpp"

#include <algorithm>

namespace camwall::media {

namespace {

constexpr std::chrono::milliseconds report_every{250};
constexpr double rate_span_s = 1.0;
constexpr std::size_t gops_max = 8;
constexpr std::size_t marks_max = 64;

double seconds(std::chrono::steady_clock::duration x) {
  return std::chrono::duration<double>(x).count();
}

} // namespace

void statistics::count_access_unit(bool keyframe, time_point now) {
  ++sums_.frames;
  if (!keyframe)
    return;
  ++sums_.keyframes;
  if (keyframe_at_) {
    gops_s_.push_back(seconds(now - *keyframe_at_));
    if (gops_s_.size() > gops_max)
      gops_s_.pop_front();
    sums_.gop_s = *std::max_element(gops_s_.begin(), gops_s_.end());
  }
  keyframe_at_ = now;
}

std::optional<progress> statistics::due(time_point now) {
  if (reported_at_ && now - *reported_at_ < report_every)
    return std::nullopt;
  reported_at_ = now;
  update_rates(now);
  sums_.keyframe_age_s = keyframe_at_ ? seconds(now - *keyframe_at_) : 0;
  return sums_;
}

void statistics::update_rates(time_point now) {
  marks_.push_back({.at = now, .frames = sums_.frames, .bytes = sums_.bytes});
  // The second oldest must still be a full span away before the oldest may go.
  while (marks_.size() > 2 &&
         (seconds(now - marks_[1].at) >= rate_span_s || marks_.size() > marks_max))
    marks_.pop_front();
  const auto& from = marks_.front();
  auto span = seconds(now - from.at);
  if (span < rate_span_s / 2)
    return;
  sums_.fps = static_cast<double>(sums_.frames - from.frames) / span;
  sums_.bitrate_bps = static_cast<double>(sums_.bytes - from.bytes) * 8 / span;
}

} // namespace camwall::media
