#include "media/worker/timestamps.hpp"

#include <algorithm>
#include <cstdlib>

namespace camwall::media {

namespace {

/// A step in time that differs from the real time by more than this is a break, not jitter.
constexpr std::int64_t jump_min = ticks_per_second;

/// So far output time and real time may drift apart (a camera's clock runs wrong by some 100 ppm)
/// before they are tied together anew: the playlist's dates stay right to this.
constexpr std::int64_t drift_max = 10 * ticks_per_second;

/// Just after PLAY times may jump (a wrong RTP-Info, the first RTCP report): nothing that a player
/// must hear of.
constexpr std::int64_t settling = 2 * ticks_per_second;

constexpr int reorder_learned_max = 4;

} // namespace

video_clock::video_clock(int reorder) : reorder_(reorder) {
  // nop
}

video_stamp video_clock::next(std::optional<std::int64_t> pts, std::int64_t arrival) {
  video_stamp out;
  // A time that is told twice tells nothing the second time.
  bool told = pts && pts != last_told_;
  last_told_ = pts;
  auto in = told ? *pts : last_in_ + frame_;
  if (!started_) {
    started_ = true;
    started_at_ = arrival;
    anchor(in, first_output_tick, arrival);
    last_dts_ = first_output_tick - reorder_ * frame_ - 1;
  } else if (breaks(in, arrival)) {
    out.jumped = arrival - started_at_ > settling;
    auto end = std::max(highest_in_ + offset_, last_dts_) + frame_;
    anchor(in, std::max(end, due(arrival)), arrival);
  }
  if (in > highest_in_) {
    highest_in_ = in;
    highest_arrival_ = arrival;
  }
  last_in_ = in;
  out.pts = in + offset_;
  out.dts = decoding_time(out.pts);
  out.pts = std::max(out.pts, out.dts);
  return out;
}

bool video_clock::breaks(std::int64_t in, std::int64_t arrival) const noexcept {
  auto step = in - highest_in_;
  auto elapsed = arrival - highest_arrival_;
  if (step - elapsed > jump_min)
    return true;
  // Reordered pictures are behind by some frames and by no more.
  if (step < -std::max(jump_min, (reorder_ + 1) * frame_))
    return true;
  return std::abs(in + offset_ - due(arrival)) > drift_max;
}

void video_clock::anchor(std::int64_t in, std::int64_t out, std::int64_t arrival) {
  offset_ = out - in;
  anchor_ = out;
  anchor_arrival_ = arrival;
  highest_in_ = in;
  highest_arrival_ = arrival;
  window_.clear();
  for (int i = reorder_; i > 0; --i)
    window_.push_back(out - i * frame_);
}

std::int64_t video_clock::decoding_time(std::int64_t pts) {
  window_.insert(std::upper_bound(window_.begin(), window_.end(), pts), pts);
  auto due_now = window_.front();
  bool too_late = due_now <= last_dts_ && last_dts_ - due_now >= frame_ / 2;
  if (too_late && reorder_ < reorder_learned_max && pts == due_now) {
    // A picture is to be shown before one that was decoded earlier: the stream reorders more than
    // it said.
    ++reorder_;
    ++last_dts_;
    return last_dts_;
  }
  window_.erase(window_.begin());
  auto dts = std::max(due_now, last_dts_ + 1);
  auto step = dts - last_dts_;
  if (step > ticks_per_second / 240 && step < 2 * ticks_per_second)
    frame_ += (step - frame_) / 4;
  last_dts_ = dts;
  return dts;
}

audio_clock::audio_clock(int rate, int frame_samples)
  : rate_(rate), tolerance_(std::max<std::int64_t>(frame_samples * 3 / 2, rate / 25)) {
  // nop
}

std::optional<audio_clock::place> audio_clock::next(std::optional<std::int64_t> pts,
                                                    std::int64_t shared, std::int64_t due,
                                                    std::int64_t samples) {
  place out;
  if (pts)
    out.at = map(*pts, shared, due);
  else
    out.at = end_.value_or(due);
  if (end_) {
    auto off = out.at - *end_;
    if (off < -tolerance_)
      return std::nullopt;
    if (off <= tolerance_)
      out.at = *end_;
    else
      out.gap = off;
  }
  end_ = out.at + samples;
  return out;
}

std::int64_t audio_clock::map(std::int64_t in, std::int64_t shared, std::int64_t due) {
  auto near = [&](std::int64_t at) { return std::abs(at - due) <= rate_; };
  if (near(in + shared)) {
    own_offset_.reset();
    return in + shared;
  }
  if (!own_offset_ || !near(in + *own_offset_))
    own_offset_ = due - in;
  return in + *own_offset_;
}

} // namespace camwall::media
