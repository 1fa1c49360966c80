#include "media/worker/failure.hpp"
#include "media/worker/init_segment.hpp"
#include "media/worker/muxer.hpp"
#include "media/worker/timestamps.hpp"

namespace camwall::media {

namespace {

constexpr int buffer_bytes = 188 * 64;

class ts_muxer final : public muxer {
public:
  explicit ts_muxer(publisher& to) : to_(to), packet_(av_packet_alloc()) {
    // nop
  }
  ts_muxer(const ts_muxer&) = delete;
  ts_muxer& operator=(const ts_muxer&) = delete;
  ~ts_muxer() override {
    if (!context_ || context_->pb == nullptr)
      return;
    av_freep(&context_->pb->buffer);
    avio_context_free(&context_->pb);
  }

  status open(const video_track& video, const audio_track* audio) {
    AVFormatContext* context = nullptr;
    if (auto error = avformat_alloc_output_context2(&context, nullptr, "mpegts", nullptr);
        error < 0)
      return trouble(error);
    context_.reset(context);
    if (auto error = add_stream(*video_parameters(video)); error < 0)
      return trouble(error);
    if (audio != nullptr) {
      audio_rate_ = audio->rate();
      if (auto error = add_stream(audio->parameters()); error < 0)
        return trouble(error);
    }
    auto* buffer = static_cast<std::uint8_t*>(av_malloc(buffer_bytes));
    context_->pb = avio_alloc_context(buffer, buffer_bytes, 1, this, nullptr, &take, nullptr);
    if (context_->pb == nullptr) {
      av_free(buffer);
      return trouble(AVERROR(ENOMEM));
    }
    context_->pb->seekable = 0;
    context_->flags |= AVFMT_FLAG_CUSTOM_IO;
    context_->max_delay = 0;
    context_->avoid_negative_ts = 0;
    av_opt_set(context_->priv_data, "mpegts_copyts", "1", 0);
    if (auto error = avformat_write_header(context_.get(), nullptr); error < 0)
      return trouble(error);
    return {};
  }

  /// Each keyframe carries them.
  status set_video(const video_track&) override {
    return {};
  }

  status write_video(const sample& x) override {
    return write(x, 0, static_cast<int>(ticks_per_second));
  }

  status write_audio(std::span<const sample> samples) override {
    for (const auto& x : samples)
      if (auto done = write(x, 1, audio_rate_); !done)
        return done;
    return {};
  }

  status end_segment() override {
    if (auto error = av_write_frame(context_.get(), nullptr); error < 0)
      return trouble(error);
    auto done = hand_over();
    // Each segment can be played without the one before it.
    av_opt_set(context_->priv_data, "mpegts_flags", "+resend_headers", 0);
    return done;
  }

private:
  static int take(void* self, std::uint8_t* data, int size) {
    append(static_cast<ts_muxer*>(self)->ready_, {data, static_cast<std::size_t>(size)});
    return size;
  }

  static status trouble(int error) {
    return fail(reason::protocol, "MPEG-TS: " + error_text(error));
  }

  int add_stream(const AVCodecParameters& parameters) {
    auto* stream = avformat_new_stream(context_.get(), nullptr);
    if (stream == nullptr)
      return AVERROR(ENOMEM);
    auto error = avcodec_parameters_copy(stream->codecpar, &parameters);
    stream->codecpar->codec_tag = 0;
    return error;
  }

  status write(const sample& x, int stream, int rate) {
    auto* p = packet_.get();
    if (av_new_packet(p, static_cast<int>(x.data.size())) < 0)
      return trouble(AVERROR(ENOMEM));
    std::memcpy(p->data, x.data.data(), x.data.size());
    p->stream_index = stream;
    p->pts = x.pts;
    p->dts = x.dts;
    p->duration = x.duration;
    p->flags = x.keyframe ? AV_PKT_FLAG_KEY : 0;
    av_packet_rescale_ts(p, {1, rate}, context_->streams[stream]->time_base);
    auto error = av_write_frame(context_.get(), p);
    av_packet_unref(p);
    if (error < 0)
      return trouble(error);
    return hand_over();
  }

  status hand_over() {
    avio_flush(context_->pb);
    auto done = to_.append_video(ready_);
    ready_.clear();
    return done;
  }

  publisher& to_;
  muxer_ptr context_;
  packet_ptr packet_;
  bytes ready_;
  int audio_rate_ = 1;
};

} // namespace

tl::expected<muxer_base_ptr, failed> make_ts_muxer(publisher& to, const video_track& video,
                                                   const audio_track* audio) {
  auto out = std::make_unique<ts_muxer>(to);
  if (auto done = out->open(video, audio); !done)
    return tl::unexpected{done.error()};
  return out;
}

} // namespace camwall::media
