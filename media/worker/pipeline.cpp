#include "media/worker/pipeline.hpp"

#include "media/worker/interleaved.hpp"
#include "media/worker/log.hpp"

#include <sys/resource.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <utility>

namespace camwall::media {

namespace {

using std::chrono::steady_clock;

/// Larger access units come from no camera.
constexpr std::size_t access_unit_bytes_max = 16UL * 1024 * 1024;

/// Sound is written in chunks of about this length.
constexpr std::int64_t sound_chunk = ticks_per_second / 4;

/// Of the usual distance of two pictures. A player that finds one more than twice as long after the
/// last as that one was long (W3C Media Source Extensions, coded frame processing) throws pictures
/// away up to the next keyframe: a lost picture and some jitter must not do that.
constexpr std::int64_t live_length_percent = 150;

std::uint64_t epoch_us() {
  auto now = std::chrono::system_clock::now().time_since_epoch();
  return static_cast<std::uint64_t>(now / std::chrono::microseconds{1});
}

steady_clock::duration in_seconds(double x) {
  return std::chrono::duration_cast<steady_clock::duration>(std::chrono::duration<double>(x));
}

std::int64_t in_ticks(steady_clock::time_point x) {
  auto us = std::chrono::duration_cast<std::chrono::microseconds>(x.time_since_epoch()).count();
  return av_rescale(us, ticks_per_second, 1'000'000);
}

double seconds(std::int64_t ticks) {
  return static_cast<double>(ticks) / static_cast<double>(ticks_per_second);
}

double cpu_seconds() {
  rusage used{};
  ::getrusage(RUSAGE_SELF, &used);
  auto one = [](const timeval& x) {
    return static_cast<double>(x.tv_sec) + static_cast<double>(x.tv_usec) * 1e-6;
  };
  return one(used.ru_utime) + one(used.ru_stime);
}

nal_framing framing_for(const open_order& job) {
  return job.container == "fmp4" ? nal_framing::length_prefixed : nal_framing::start_codes;
}

std::string short_number(double x) {
  std::array<char, 32> text{};
  std::snprintf(text.data(), text.size(), "%.1f", x);
  return text.data();
}

} // namespace

pipeline::pipeline(const open_order& job, server_link& link, media_link& media, watch& guard,
                   rtsp_input& input, output_folder& folder, picture_thread* pictures,
                   time_point order_time)
  : order_(job),
    link_(link),
    guard_(guard),
    input_(input),
    pictures_(pictures),
    order_time_(order_time),
    units_(input.codec()),
    video_(input.codec(), framing_for(job)),
    publisher_(job, folder, [&link](const segment_published& x) { link.send(x); }),
    segmenter_(static_cast<std::int64_t>(job.segment_s * static_cast<double>(ticks_per_second))),
    live_(media, [&link](const feed_refused& x) { link.send(x); }) {
  const auto& known = *input.video().parameters;
  if (known.extradata != nullptr && known.extradata_size > 0)
    video_.take_extradata({known.extradata, static_cast<std::size_t>(known.extradata_size)});
  if (job.audio && input.audio())
    audio_ = audio_track::make(*input.audio());
  if (audio_)
    audio_->set_tap([this](const sample& x) { live_.push_sound(x, epoch_us()); });
  link.on_watch([this](const watch_order& x) { live_.watch(x); });
  link.on_still([this](const still_order& x) { live_.take_still(x); });
}

pipeline::~pipeline() {
  link_.on_watch(nullptr);
  link_.on_still(nullptr);
}

status pipeline::run() {
  auto now = steady_clock::now();
  picture_due_ = std::max(order_time_ + in_seconds(order_.open_deadline_s),
                          now + in_seconds(order_.access_unit_deadline_s));
  if (video_.complete())
    announce();
  packet_ptr packet{av_packet_alloc()};
  while (true) {
    guard_.set_deadline(picture_due_);
    auto error = input_.read(*packet);
    bool late = guard_.deadline_passed();
    if (guard_.stop_requested())
      return {};
    // After its deadline libav may still hand out what its parser kept: that is no sign of life.
    if (error < 0 || late)
      return read_failure(error, late);
    auto done = step(*packet);
    av_packet_unref(packet.get());
    if (!done)
      return done;
  }
}

status pipeline::read_failure(int error, bool late) const {
  auto stage = played_ ? session_stage::playing : session_stage::starting;
  auto why = classify(error, stage, late);
  if (late && played_)
    return fail(why, "no picture for " + short_number(order_.access_unit_deadline_s) + " s");
  if (late)
    return fail(why, "the camera accepted PLAY and sent no picture");
  return fail(why, "the session ended: " + without_secrets(error_text(error)));
}

status pipeline::step(AVPacket& packet) {
  bool video = packet.stream_index == input_.video().index;
  bool audio = audio_ && packet.stream_index == input_.audio()->index;
  if (video || audio)
    statistics_.count_bytes(static_cast<std::uint64_t>(packet.size));
  if (audio)
    on_audio(packet);
  if (!video)
    return {};
  std::optional<std::int64_t> pts;
  if (packet.pts != AV_NOPTS_VALUE)
    pts = av_rescale_q(packet.pts, input_.video().time_base, {1, ticks_per_second});
  auto unit = units_.push({packet.data, static_cast<std::size_t>(packet.size)}, pts);
  auto unit_arrived_us = std::exchange(arrived_us_, epoch_us());
  if (units_.size() > access_unit_bytes_max)
    return fail(reason::protocol, "access unit of " + std::to_string(units_.size()) + " bytes");
  if (unit)
    if (auto done = on_video(*unit, unit_arrived_us); !done)
      return done;
  if (!interleaved_packets().marks_end_of({packet.data, static_cast<std::size_t>(packet.size)}))
    return {};
  auto ended = units_.end_marked();
  return ended ? on_video(*ended, arrived_us_) : status{};
}

status pipeline::on_video(const access_units::unit& unit, std::uint64_t capture_us) {
  auto now = steady_clock::now();
  played_ = true;
  picture_due_ = now + in_seconds(order_.access_unit_deadline_s);
  bool keyframe = video_.convert(unit.data, converted_);
  units_.set_interlaced(video_.format().interlaced);
  statistics_.count_access_unit(keyframe, now);
  if (auto done = report(now); !done)
    return done;
  if (keyframe && pictures_ != nullptr && video_.complete())
    judge_picture(unit.data, now);
  if (converted_.empty() || (!muxer_ && !(keyframe && video_.complete())))
    return {};
  if (!muxer_)
    if (auto done = begin(now); !done)
      return done;
  return write(unit, keyframe, now, capture_us);
}

status pipeline::write(const access_units::unit& unit, bool keyframe, time_point now,
                       std::uint64_t capture_us) {
  auto stamp = clock_.next(unit.pts, in_ticks(now));
  if (stamp.jumped) {
    statistics_.count_discontinuity();
    time_broke_ = true;
    live_breaks_ = true;
    segmenter_.force();
  }
  if (video_.take_changed()) {
    parameters_changed_ = true;
    live_tracks_changed_ = true;
    segmenter_.force();
  }
  if (!pending_) {
    segmenter_.begin(stamp.dts);
    segment_wall_ = wall(stamp.dts);
    if (audio_)
      audio_->begin(stamp.dts);
  }
  show_live(stamp, keyframe, capture_us);
  if (auto done = write_pending(stamp.dts); !done)
    return done;
  if (pending_ && segmenter_.cuts(keyframe, stamp.dts, clock_.frame()))
    if (auto done = cut(stamp.dts); !done)
      return done;
  if (!pending_)
    pending_.emplace();
  pending_->pts = stamp.pts;
  pending_->dts = stamp.dts;
  pending_->keyframe = keyframe;
  pending_->data.swap(converted_); // The memory of the last one is used again.
  return {};
}

/// At once: the length of the picture is not known yet.
void pipeline::show_live(const video_stamp& stamp, bool keyframe, std::uint64_t capture_us) {
  bool changed = keyframe && std::exchange(live_tracks_changed_, false);
  if (changed)
    live_.set_tracks(video_, audio_.get());
  live_picture_.pts = stamp.pts;
  live_picture_.dts = stamp.dts;
  live_picture_.duration = clock_.frame() * live_length_percent / 100;
  live_picture_.keyframe = keyframe;
  live_picture_.data = converted_;
  bool breaks = keyframe && std::exchange(live_breaks_, false);
  live_.push_picture(live_picture_, breaks || changed, capture_us);
  if (audio_ && live_.wants_sound())
    audio_->catch_up(stamp.dts); // Players wait for sound that is missing.
}

void pipeline::on_audio(const AVPacket& packet) {
  if (!pending_)
    return; // The output begins with a picture.
  audio_->push(packet, clock_.offset(), clock_.due(in_ticks(steady_clock::now())));
}

/// Sends what is due to the server. `opened` comes before any progress.
status pipeline::report(time_point now) {
  if (!opened_ && video_.complete())
    announce();
  if (!opened_) {
    if (now - order_time_ > 2 * in_seconds(order_.open_deadline_s))
      return fail(reason::no_video, "the camera sends no usable parameter sets");
    return {};
  }
  statistics_.set_size(video_.format().width, video_.format().height);
  if (auto x = statistics_.due(now)) {
    x->cpu_s = cpu_seconds();
    x->renditions = live_.renditions();
    link_.send(*x);
  }
  if (pictures_ != nullptr)
    if (auto x = pictures_->take_verdict())
      link_.send(*x);
  return {};
}

void pipeline::judge_picture(byte_view keyframe, time_point now) {
  if (!pictures_->wants(now))
    return;
  auto whole = video_.extradata();
  append(whole, keyframe);
  static_cast<void>(pictures_->offer(std::move(whole), now));
}

void pipeline::announce() {
  opened_ = true;
  video_.take_changed();
  const auto& format = video_.format();
  opened x;
  x.video = video_.codec() == video_codec::h264 ? "h264" : "h265";
  x.codecs = format.codecs;
  x.width = format.width;
  x.height = format.height;
  x.transport = input_.transport();
  if (audio_) {
    x.audio = audio_->source();
    x.codecs += ',' + audio_->codecs();
  }
  publisher_.describe({.codecs = x.codecs, .width = x.width, .height = x.height});
  link_.send(x);
}

status pipeline::begin(time_point now) {
  clock_ = video_clock{video_.format().reorder};
  wall_origin_ = std::chrono::system_clock::now();
  arrival_origin_ = in_ticks(now);
  auto make = order_.container == "fmp4" ? make_cmaf_muxer : make_ts_muxer;
  auto made = make(publisher_, video_, audio_.get());
  if (!made)
    return tl::unexpected{made.error()};
  muxer_ = std::move(*made);
  live_.set_tracks(video_, audio_.get());
  if (video_.take_changed())
    announce(); // The first keyframe knew better than the session description.
  return {};
}

status pipeline::write_pending(std::int64_t next_dts) {
  if (!pending_)
    return {};
  pending_->duration = next_dts - pending_->dts;
  if (auto done = muxer_->write_video(*pending_); !done)
    return done;
  ++frames_;
  if (next_dts - sound_written_to_ < sound_chunk)
    return {};
  sound_written_to_ = next_dts;
  return write_audio_before(next_dts);
}

/// Sound never runs ahead of the picture, so that both end where a segment ends.
status pipeline::write_audio_before(std::int64_t end) {
  if (!audio_)
    return {};
  auto samples = audio_->take_before(end);
  if (samples.empty())
    return {};
  if (!audio_begin_)
    audio_begin_ = samples.front().dts;
  for (const auto& x : samples)
    audio_samples_ += x.duration;
  return muxer_->write_audio(samples);
}

status pipeline::cut(std::int64_t at) {
  if (audio_)
    audio_->catch_up(at);
  if (auto done = write_audio_before(at); !done)
    return done;
  if (auto done = muxer_->end_segment(); !done)
    return done;
  if (time_broke_ || parameters_changed_)
    publisher_.break_time();
  segment_end x{.video_s = seconds(at - segmenter_.start()),
                .audio_s = 0,
                .video_start = segment_wall_,
                .audio_start = segment_wall_};
  if (audio_ && audio_begin_) {
    auto begin = av_rescale(*audio_begin_, ticks_per_second, audio_->rate());
    x.audio_s = static_cast<double>(audio_samples_) / audio_->rate();
    x.audio_start += std::chrono::duration_cast<wall_time::duration>(
      std::chrono::duration<double>(seconds(begin - segmenter_.start())));
  }
  if (auto done = publisher_.end_segment(x, frames_); !done)
    return done;
  time_broke_ = false;
  frames_ = 0;
  audio_begin_.reset();
  audio_samples_ = 0;
  segmenter_.begin(at);
  segment_wall_ = wall(at);
  return parameters_changed_ ? use_new_parameters() : status{};
}

status pipeline::use_new_parameters() {
  parameters_changed_ = false;
  log_line("the camera's parameter sets changed: " + video_.format().codecs);
  announce();
  return muxer_->set_video(video_);
}

wall_time pipeline::wall(std::int64_t output) const {
  auto since = clock_.arrival_of(output) - arrival_origin_;
  return wall_origin_ + std::chrono::duration_cast<wall_time::duration>(
                          std::chrono::duration<double>(seconds(since)));
}

} // namespace camwall::media
