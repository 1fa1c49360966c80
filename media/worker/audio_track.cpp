#include "media/worker/audio_track.hpp"

#include "media/worker/log.hpp"

#include <algorithm>

namespace camwall::media {

namespace {

/// Sound that is further behind than this at the end of a segment is taken for missing.
constexpr std::int64_t lag_max = ticks_per_second;

/// Longer holes are left as they are: nobody waits for a minute of silence to be made.
constexpr int silence_s_max = 30;

/// What waits for the picture to come as far. More means that there is no picture.
constexpr std::size_t ready_max = 2000;

std::string name_of(AVCodecID id) {
  switch (id) {
    case AV_CODEC_ID_AAC:
      return "aac";
    case AV_CODEC_ID_PCM_MULAW:
      return "pcm_mulaw";
    case AV_CODEC_ID_PCM_ALAW:
      return "pcm_alaw";
    default:
      return {};
  }
}

parameters_ptr copy_of(const AVCodecParameters& x) {
  parameters_ptr out{avcodec_parameters_alloc()};
  avcodec_parameters_copy(out.get(), &x);
  return out;
}

std::optional<audio_config> config_of(const AVCodecParameters& x) {
  if (x.extradata == nullptr || x.extradata_size <= 0)
    return std::nullopt;
  return read_audio_config({x.extradata, static_cast<std::size_t>(x.extradata_size)});
}

} // namespace

std::unique_ptr<audio_track> audio_track::make(const rtsp_input::track& from) {
  const auto& in = *from.parameters;
  if (name_of(in.codec_id).empty()) {
    log_line(std::string{"sound is "} + avcodec_get_name(in.codec_id) +
             ", neither AAC nor G.711: left out");
    return nullptr;
  }
  std::unique_ptr<audio_transcoder> transcoder;
  auto parameters = copy_of(in);
  if (in.codec_id != AV_CODEC_ID_AAC) {
    auto made = audio_transcoder::open(in);
    if (!made) {
      log_line("sound cannot be turned into AAC, left out: " + made.error());
      return nullptr;
    }
    transcoder = std::move(*made);
    parameters = transcoder->parameters();
  }
  auto config = config_of(*parameters);
  if (!config || parameters->sample_rate <= 0) {
    log_line("sound is AAC without a usable configuration: left out");
    return nullptr;
  }
  std::unique_ptr<audio_track> out{new audio_track{from, *config, std::move(parameters)}};
  out->transcoder_ = std::move(transcoder);
  return out;
}

audio_track::audio_track(const rtsp_input::track& from, audio_config config,
                         parameters_ptr parameters)
  : source_(name_of(from.parameters->codec_id)),
    time_base_(from.time_base),
    config_(config),
    parameters_(std::move(parameters)),
    rate_(parameters_->sample_rate),
    frame_samples_(static_cast<int>(std::int64_t{config.frame_samples} * rate_ / config.core_rate)),
    input_rate_(std::max(1, from.parameters->sample_rate)),
    clock_(input_rate_, frame_samples_) {
  parameters_->frame_size = frame_samples_;
}

std::int64_t audio_track::to_samples(std::int64_t ticks, int rate) const noexcept {
  return av_rescale(ticks, rate, ticks_per_second);
}

void audio_track::begin(std::int64_t at) {
  clock_.fill(to_samples(at, input_rate_));
  encoded_end_ = to_samples(at, rate_);
  if (transcoder_)
    encoded_end_ -= transcoder_->delay();
}

void audio_track::push(const AVPacket& packet, std::int64_t shared, std::int64_t due) {
  std::optional<std::int64_t> pts;
  if (packet.pts != AV_NOPTS_VALUE)
    pts = av_rescale_q(packet.pts, time_base_, {1, input_rate_});
  std::int64_t samples =
    transcoder_ ? transcoder_->samples_in(packet) : std::int64_t{frame_samples_};
  auto before = clock_.end();
  auto place =
    clock_.next(pts, to_samples(shared, input_rate_), to_samples(due, input_rate_), samples);
  if (!place)
    return;
  silent_ = false;
  if (place->gap > 0 && before)
    emit_silence(*before, place->at);
  if (!transcoder_) {
    emit(place->at, {packet.data, static_cast<std::size_t>(packet.size)});
  } else {
    if (auto problem = transcoder_->push(packet); !problem.empty())
      log_line("sound: " + problem);
    drain_transcoder();
  }
  trim();
}

void audio_track::catch_up(std::int64_t end) {
  auto have = clock_.end();
  auto wanted = to_samples(end, input_rate_);
  auto lag_allowed = silent_ ? 0 : to_samples(lag_max, input_rate_);
  if (!have || wanted - *have <= lag_allowed)
    return;
  silent_ = true;
  emit_silence(*have, wanted);
  if (transcoder_)
    clock_.fill(wanted);
  trim();
}

void audio_track::emit_silence(std::int64_t from, std::int64_t to) {
  if (to - from > std::int64_t{silence_s_max} * input_rate_) {
    if (transcoder_)
      encoded_end_ += av_rescale(to - from, rate_, input_rate_);
    return;
  }
  if (transcoder_) {
    transcoder_->push_silence(static_cast<int>(av_rescale(to - from, rate_, input_rate_)));
    drain_transcoder();
    return;
  }
  auto frame = silent_frame(config_);
  if (frame.empty())
    return;
  for (; from + frame_samples_ <= to; from += frame_samples_)
    emit(from, frame);
  clock_.fill(std::max(from, clock_.end().value_or(from)));
}

void audio_track::drain_transcoder() {
  for (auto frame = transcoder_->take(); frame; frame = transcoder_->take()) {
    if (encoded_end_ >= 0)
      // NOLINTNEXTLINE(bugprone-unchecked-optional-access): the loop's condition checks it.
      emit(encoded_end_, *frame);
    encoded_end_ += frame_samples_;
  }
}

void audio_track::emit(std::int64_t at, byte_view data) {
  ready_.push_back({.pts = at,
                    .dts = at,
                    .duration = frame_samples_,
                    .keyframe = true,
                    .data = {data.begin(), data.end()}});
  if (tap_)
    tap_(ready_.back());
}

void audio_track::trim() {
  while (ready_.size() > ready_max)
    ready_.pop_front();
}

std::vector<sample> audio_track::take_before(std::int64_t end) {
  std::vector<sample> out;
  auto limit = to_samples(end, rate_);
  while (!ready_.empty() && ready_.front().dts < limit) {
    out.push_back(std::move(ready_.front()));
    ready_.pop_front();
  }
  return out;
}

} // namespace camwall::media
