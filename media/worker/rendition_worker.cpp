#include "media/worker/rendition_worker.hpp"

#include "media/worker/timestamps.hpp"

#include <algorithm>
#include <utility>

namespace camwall::media {

namespace {

double pixel_aspect(const AVFrame& x) noexcept {
  auto aspect = x.sample_aspect_ratio;
  return aspect.num > 0 && aspect.den > 0 ? av_q2d(aspect) : 1.0;
}

tl::expected<rendition_encoder_ptr, std::string> make_encoder(const rendition& x,
                                                              picture_size size) {
  return x.format == media_format::jpeg ? make_jpeg_encoder(size, x.quality)
                                        : make_mpeg1_encoder(size, x.quality);
}

} // namespace

rendition_worker::rendition_worker(video_codec codec, receiver take)
  : codec_(codec), take_(std::move(take)) {
  // nop
}

void rendition_worker::want(const std::vector<rendition>& what) {
  std::vector<series> now;
  for (const auto& x : what) {
    auto old =
      std::find_if(series_.begin(), series_.end(), [&](const series& y) { return y.what == x; });
    now.push_back(old == series_.end() ? series{x} : std::move(*old));
  }
  series_ = std::move(now);
  scaler_.forget_unused();
  if (decoder_ || series_.empty())
    return;
  if (auto made = rendition_decoder::open(codec_))
    decoder_ = std::move(*made);
  else
    refuse_all(made.error());
}

bool rendition_worker::needs_keyframes_only(std::int64_t keyframe_ticks) const noexcept {
  // A camera's second is not always ours.
  constexpr std::int64_t tolerance_percent = 110;
  return keyframe_ticks > 0 && std::all_of(series_.begin(), series_.end(), [&](const series& x) {
           return x.refused || (x.what.fps > 0 && x.what.fps * keyframe_ticks * 100 <=
                                                    ticks_per_second * tolerance_percent);
         });
}

void rendition_worker::take(const coded_picture& x, circumstances now) {
  bool wanted =
    std::any_of(series_.begin(), series_.end(), [](const series& y) { return !y.refused; });
  if (!decoder_ || !wanted)
    return;
  for (auto& y : series_)
    if (!y.last_pts)
      y.last_pts = now.newest_pts; // Nobody waited for what is older.
  ++counts_.decoded;
  auto damaged_before = decoder_->damaged();
  auto show_it = [&](const shown_picture& y) { show(y, now.late); };
  bool hidden = now.late && !anybody_silent(x.pts);
  if (now.alone)
    decoder_->decode_alone(x, show_it);
  else
    decoder_->decode(x, hidden ? decode_effort::catch_up : decode_effort::show, show_it);
  counts_.late += hidden ? 1 : 0;
  counts_.damaged += decoder_->damaged() - damaged_before;
  if (!decoder_->impossible().empty())
    refuse_all(decoder_->impossible());
}

bool rendition_worker::is_silent(const series& x, std::int64_t pts) const noexcept {
  return !x.refused && x.last_pts && pts - *x.last_pts > silence_ticks_max;
}

bool rendition_worker::anybody_silent(std::int64_t pts) const noexcept {
  return std::any_of(series_.begin(), series_.end(),
                     [&](const series& x) { return is_silent(x, pts); });
}

void rendition_worker::show(const shown_picture& x, bool late) {
  scaler_.begin_picture();
  for (auto& y : series_) {
    if (y.refused || (late && !is_silent(y, x.pts)) || !y.pace.takes(x.pts))
      continue;
    y.last_pts = x.pts;
    if (auto done = encode(y, x); !done)
      refuse(y, done.error());
  }
}

tl::expected<void, std::string> rendition_worker::encode(series& to, const shown_picture& x) {
  auto size =
    size_of(to.what, {.width = x.frame.width, .height = x.frame.height}, pixel_aspect(x.frame));
  if (!to.encoder || size != to.size) {
    auto made = make_encoder(to.what, size);
    if (!made)
      return tl::unexpected{made.error()};
    to.encoder = std::move(*made);
    to.size = size;
  }
  const auto* picture =
    scaler_.make(x.frame, {.size = size, .full_range = to.what.format == media_format::jpeg});
  if (picture == nullptr)
    return tl::unexpected{std::string{"the camera's kind of picture cannot be converted"}};
  auto coded = to.encoder->encode(*picture, x.pts);
  if (!coded)
    return tl::unexpected{coded.error()};
  ++counts_.encoded;
  take_({.id = to.what.id,
         .format = to.what.format,
         .keyframe = coded->keyframe,
         .capture_us = x.capture_us,
         .payload = std::move(coded->payload),
         .width = size.width,
         .height = size.height});
  return {};
}

void rendition_worker::refuse(series& x, std::string why) {
  if (std::exchange(x.refused, true))
    return;
  x.encoder.reset();
  refusals_.push_back({.id = x.what.id, .why = std::move(why)});
}

void rendition_worker::refuse_all(const std::string& why) {
  for (auto& x : series_)
    refuse(x, why);
}

void rendition_worker::add_to(rendition_counts& sums) {
  sums.decoded += counts_.decoded;
  sums.encoded += counts_.encoded;
  sums.late += counts_.late;
  sums.damaged += counts_.damaged;
  counts_ = {};
}

std::vector<rendition_refusal> rendition_worker::take_refusals() {
  return std::exchange(refusals_, {});
}

void warm_up_renditions() {
  frame_ptr grey{av_frame_alloc()};
  grey->format = AV_PIX_FMT_YUV420P;
  grey->width = 64;
  grey->height = 48;
  if (av_frame_get_buffer(grey.get(), 0) < 0)
    return;
  for (std::size_t i = 0; i < 3; ++i)
    std::memset(grey->data[i], 128,
                static_cast<std::size_t>(grey->linesize[i]) * (i == 0 ? 48 : 24));
  rendition_scaler scaler;
  for (auto format : {media_format::jpeg, media_format::mpeg1}) {
    rendition wanted{.format = format, .width = 32};
    auto size = size_of(wanted, {.width = 64, .height = 48}, 1);
    auto encoder = make_encoder(wanted, size);
    const auto* picture =
      scaler.make(*grey, {.size = size, .full_range = format == media_format::jpeg});
    if (encoder && picture != nullptr)
      static_cast<void>((*encoder)->encode(*picture, 0));
  }
}

} // namespace camwall::media
