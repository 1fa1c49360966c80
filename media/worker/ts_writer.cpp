#include "media/worker/ts_writer.hpp"

#include "media/worker/failure.hpp"
#include "media/worker/timestamps.hpp"

namespace camwall::media {

namespace {

constexpr int buffer_bytes = 188 * 64;

auto trouble(int error) {
  return fail(reason::protocol, "MPEG-TS: " + error_text(error));
}

} // namespace

tl::expected<std::unique_ptr<ts_writer>, failed> ts_writer::open(const AVCodecParameters& video,
                                                                 const AVCodecParameters* audio,
                                                                 int audio_rate,
                                                                 picture_length length) {
  std::unique_ptr<ts_writer> out{new ts_writer};
  AVFormatContext* context = nullptr;
  if (auto error = avformat_alloc_output_context2(&context, nullptr, "mpegts", nullptr); error < 0)
    return trouble(error);
  out->context_.reset(context);
  if (auto error = out->add_stream(video); error < 0)
    return trouble(error);
  if (audio != nullptr) {
    out->audio_rate_ = audio_rate;
    if (auto error = out->add_stream(*audio); error < 0)
      return trouble(error);
  }
  auto* buffer = static_cast<std::uint8_t*>(av_malloc(buffer_bytes));
  context->pb = avio_alloc_context(buffer, buffer_bytes, 1, out.get(), nullptr, &take, nullptr);
  if (context->pb == nullptr) {
    av_free(buffer);
    return trouble(AVERROR(ENOMEM));
  }
  context->pb->seekable = 0;
  context->flags |= AVFMT_FLAG_CUSTOM_IO;
  context->max_delay = 0;
  context->avoid_negative_ts = 0;
  av_opt_set(context->priv_data, "mpegts_copyts", "1", 0);
  if (length == picture_length::told)
    av_opt_set(context->priv_data, "omit_video_pes_length", "0", 0);
  if (auto error = avformat_write_header(context, nullptr); error < 0)
    return trouble(error);
  return out;
}

ts_writer::~ts_writer() {
  if (!context_ || context_->pb == nullptr)
    return;
  av_freep(&context_->pb->buffer);
  avio_context_free(&context_->pb);
}

int ts_writer::take(void* self, std::uint8_t* data, int size) {
  append(static_cast<ts_writer*>(self)->ready_, {data, static_cast<std::size_t>(size)});
  return size;
}

int ts_writer::add_stream(const AVCodecParameters& parameters) {
  auto* stream = avformat_new_stream(context_.get(), nullptr);
  if (stream == nullptr)
    return AVERROR(ENOMEM);
  auto error = avcodec_parameters_copy(stream->codecpar, &parameters);
  stream->codecpar->codec_tag = 0;
  return error;
}

status ts_writer::write_video(const sample& x) {
  return write(x, 0, static_cast<int>(ticks_per_second));
}

status ts_writer::write_audio(const sample& x) {
  return write(x, 1, audio_rate_);
}

status ts_writer::write(const sample& x, int stream, int rate) {
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
  avio_flush(context_->pb);
  return {};
}

status ts_writer::flush() {
  if (auto error = av_write_frame(context_.get(), nullptr); error < 0)
    return trouble(error);
  avio_flush(context_->pb);
  return {};
}

void ts_writer::resend_tables() noexcept {
  av_opt_set(context_->priv_data, "mpegts_flags", "+resend_headers", 0);
}

} // namespace camwall::media
