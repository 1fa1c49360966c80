#include "media/worker/audio_transcoder.hpp"

#include "media/worker/failure.hpp"

#include <algorithm>

namespace camwall::media {

namespace {

constexpr int output_rate = 16'000;
constexpr int output_bit_rate = 32'000;
constexpr int output_frame = 1024;

/// A packet holds 20 to 60 ms; this is for a burst.
constexpr std::size_t waiting_max = 40UL * output_rate;

} // namespace

tl::expected<std::unique_ptr<audio_transcoder>, std::string> audio_transcoder::open(
  const AVCodecParameters& input) {
  std::unique_ptr<audio_transcoder> out{new audio_transcoder};
  auto error = out->open_decoder(input);
  if (error >= 0)
    error = out->open_encoder();
  if (error >= 0) {
    SwrContext* resampler = nullptr;
    error = swr_alloc_set_opts2(&resampler, &out->encoder_->ch_layout, AV_SAMPLE_FMT_FLTP,
                                output_rate, &out->decoder_->ch_layout, out->decoder_->sample_fmt,
                                std::max(1, input.sample_rate), 0, nullptr);
    out->resampler_.reset(resampler);
  }
  if (error >= 0)
    error = swr_init(out->resampler_.get());
  if (error < 0)
    return tl::unexpected{error_text(error)};
  out->decoded_.reset(av_frame_alloc());
  out->packet_.reset(av_packet_alloc());
  return out;
}

int audio_transcoder::open_decoder(const AVCodecParameters& input) {
  const auto* codec = avcodec_find_decoder(input.codec_id);
  if (codec == nullptr)
    return AVERROR_DECODER_NOT_FOUND;
  decoder_.reset(avcodec_alloc_context3(codec));
  if (auto error = avcodec_parameters_to_context(decoder_.get(), &input); error < 0)
    return error;
  if (decoder_->ch_layout.nb_channels == 0)
    av_channel_layout_default(&decoder_->ch_layout, 1);
  decoder_->thread_count = 1;
  return avcodec_open2(decoder_.get(), codec, nullptr);
}

int audio_transcoder::open_encoder() {
  const auto* codec = avcodec_find_encoder(AV_CODEC_ID_AAC);
  if (codec == nullptr)
    return AVERROR_ENCODER_NOT_FOUND;
  encoder_.reset(avcodec_alloc_context3(codec));
  encoder_->sample_rate = output_rate;
  encoder_->sample_fmt = AV_SAMPLE_FMT_FLTP;
  encoder_->bit_rate = output_bit_rate;
  encoder_->time_base = {1, output_rate};
  encoder_->thread_count = 1;
  encoder_->log_level_offset = 8; // That it is closed with frames inside is no news.
  encoder_->flags |= AV_CODEC_FLAG_GLOBAL_HEADER; // The configuration goes into the init segment.
  av_channel_layout_default(&encoder_->ch_layout, 1);
  av_opt_set(encoder_->priv_data, "aac_coder", "fast", 0);
  if (auto error = avcodec_open2(encoder_.get(), codec, nullptr); error < 0)
    return error;
  frame_.reset(av_frame_alloc());
  frame_->nb_samples = output_frame;
  frame_->format = AV_SAMPLE_FMT_FLTP;
  frame_->sample_rate = output_rate;
  av_channel_layout_copy(&frame_->ch_layout, &encoder_->ch_layout);
  return av_frame_get_buffer(frame_.get(), 0);
}

parameters_ptr audio_transcoder::parameters() const {
  parameters_ptr out{avcodec_parameters_alloc()};
  avcodec_parameters_from_context(out.get(), encoder_.get());
  return out;
}

std::string audio_transcoder::push(const AVPacket& packet) {
  if (auto error = avcodec_send_packet(decoder_.get(), &packet); error < 0)
    return error_text(error);
  while (avcodec_receive_frame(decoder_.get(), decoded_.get()) >= 0)
    convert(*decoded_);
  return {};
}

void audio_transcoder::convert(const AVFrame& decoded) {
  auto room = swr_get_out_samples(resampler_.get(), decoded.nb_samples);
  if (room <= 0 || waiting_.size() > waiting_max)
    return;
  auto begin = waiting_.size();
  waiting_.resize(begin + static_cast<std::size_t>(room));
  auto* to = reinterpret_cast<std::uint8_t*>(waiting_.data() + begin);
  auto n = swr_convert(resampler_.get(), &to, room,
                       const_cast<const std::uint8_t**>(decoded.extended_data), decoded.nb_samples);
  waiting_.resize(begin + static_cast<std::size_t>(std::max(n, 0)));
}

void audio_transcoder::push_silence(int samples) {
  if (samples > 0 && waiting_.size() <= waiting_max)
    waiting_.insert(waiting_.end(), static_cast<std::size_t>(samples), 0.0F);
}

std::optional<bytes> audio_transcoder::take() {
  while (true) {
    auto error = avcodec_receive_packet(encoder_.get(), packet_.get());
    if (error == AVERROR(EAGAIN) && waiting_.size() >= output_frame && encode() >= 0)
      continue;
    if (error < 0)
      return std::nullopt;
    bytes out{packet_->data, packet_->data + packet_->size};
    av_packet_unref(packet_.get());
    return out;
  }
}

int audio_transcoder::encode() {
  if (auto error = av_frame_make_writable(frame_.get()); error < 0)
    return error;
  std::memcpy(frame_->data[0], waiting_.data(), output_frame * sizeof(float));
  waiting_.erase(waiting_.begin(), waiting_.begin() + output_frame);
  frame_->pts = position_;
  position_ += output_frame;
  return avcodec_send_frame(encoder_.get(), frame_.get());
}

} // namespace camwall::media
