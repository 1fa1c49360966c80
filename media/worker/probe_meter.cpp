#include "media/worker/probe_meter.hpp"

#include "media/worker/timestamps.hpp"

#include <algorithm>

namespace camwall::media {

namespace {

/// Pictures are reordered within a small group: a larger step back, or a larger gap, is a time that
/// broke.
constexpr std::int64_t step_back_max = ticks_per_second;
constexpr std::int64_t gap_max = 5 * ticks_per_second;

double seconds(std::int64_t ticks) {
  return static_cast<double>(ticks) / static_cast<double>(ticks_per_second);
}

std::int64_t ticks_between(std::chrono::steady_clock::time_point from,
                           std::chrono::steady_clock::time_point to) {
  auto s = std::chrono::duration<double>(to - from).count();
  return static_cast<std::int64_t>(s * static_cast<double>(ticks_per_second));
}

} // namespace

std::int64_t probe_meter::step(std::optional<std::int64_t> pts, time_point now) {
  auto by_arrival = arrived_ ? ticks_between(*arrived_, now) : 0;
  arrived_ = now;
  if (!pts || !newest_pts_) {
    newest_pts_ = pts ? pts : newest_pts_;
    return pictures_ == 0 ? 0 : by_arrival;
  }
  auto by_pts = *pts - *newest_pts_;
  if (by_pts < 0 && by_pts > -step_back_max) {
    ++reordered_;
    early_ += span_ + by_pts < 0 ? 1 : 0;
    return 0;
  }
  newest_pts_ = pts;
  return by_pts < 0 || by_pts > gap_max ? by_arrival : by_pts;
}

void probe_meter::take_picture(std::uint64_t size, bool keyframe, std::optional<std::int64_t> pts,
                               time_point now) {
  span_ += step(pts, now);
  last_picture_ = {.at = span_, .bytes = bytes_};
  if (keyframe)
    take_keyframe(now);
  ++pictures_;
  bytes_ += size;
}

void probe_meter::take_keyframe(time_point now) {
  if (keyframes_++ == 0) {
    first_keyframe_ = last_picture_;
    first_keyframe_at_ = now;
  } else {
    longest_gop_ = std::max(longest_gop_, span_ - last_keyframe_.at);
  }
  last_keyframe_ = last_picture_;
}

double probe_meter::span_s() const noexcept {
  return seconds(span_);
}

double probe_meter::fps() const noexcept {
  auto distances = static_cast<double>(pictures_) - early_ - 1;
  return span_ > 0 && distances > 0 ? distances / seconds(span_) : 0;
}

double probe_meter::gop_s() const noexcept {
  return seconds(longest_gop_);
}

double probe_meter::bitrate_bps() const noexcept {
  bool whole = keyframes_ > 1 && last_keyframe_.at > first_keyframe_->at;
  auto from = whole ? *first_keyframe_ : mark{};
  auto to = whole ? last_keyframe_ : last_picture_;
  if (to.at <= from.at)
    return 0;
  return static_cast<double>(to.bytes - from.bytes) * 8 / seconds(to.at - from.at);
}

} // namespace camwall::media
