#include "media/worker/failure.hpp"
#include "media/worker/rendition_encoder.hpp"
#include "media/worker/timestamps.hpp"

#include <algorithm>

namespace camwall::media {

namespace {

/// Declared in the stream (ISO/IEC 11172-2 §2.4.3.2, picture_rate).
constexpr int picture_rate = 25;

/// The longest way to the next keyframe: a second, less half a picture.
constexpr std::int64_t keyframe_ticks = ticks_per_second - ticks_per_second / picture_rate / 2;

/// Steps of time in what is written, whatever the camera's are.
constexpr std::int64_t step_ticks_min = 90;
constexpr std::int64_t step_ticks_max = ticks_per_second;

constexpr int buffer_bytes = 188 * 64;

/// One picture a call, in whole TS packets.
class ts_writer {
public:
  ts_writer() = default;
  ts_writer(const ts_writer&) = delete;
  ts_writer& operator=(const ts_writer&) = delete;
  ~ts_writer() {
    if (!context_ || context_->pb == nullptr)
      return;
    av_freep(&context_->pb->buffer);
    avio_context_free(&context_->pb);
  }

  /// Returns a libav error.
  int open(const AVCodecContext& video) {
    AVFormatContext* context = nullptr;
    if (auto error = avformat_alloc_output_context2(&context, nullptr, "mpegts", nullptr);
        error < 0)
      return error;
    context_.reset(context);
    auto* stream = avformat_new_stream(context, nullptr);
    if (stream == nullptr)
      return AVERROR(ENOMEM);
    if (auto error = avcodec_parameters_from_context(stream->codecpar, &video); error < 0)
      return error;
    auto* buffer = static_cast<std::uint8_t*>(av_malloc(buffer_bytes));
    context->pb = avio_alloc_context(buffer, buffer_bytes, 1, this, nullptr, &take, nullptr);
    if (context->pb == nullptr) {
      av_free(buffer);
      return AVERROR(ENOMEM);
    }
    context->pb->seekable = 0;
    context->flags |= AVFMT_FLAG_CUSTOM_IO;
    context->max_delay = 0;
    context->avoid_negative_ts = 0;
    av_opt_set(context->priv_data, "mpegts_copyts", "1", 0);
    // With its length a picture is complete when its last byte is there, not when the next begins.
    av_opt_set(context->priv_data, "omit_video_pes_length", "0", 0);
    auto error = avformat_write_header(context, nullptr);
    return error < 0 ? error : 0;
  }

  int write(AVPacket& picture, bytes& out) {
    picture.stream_index = 0;
    if ((picture.flags & AV_PKT_FLAG_KEY) != 0)
      av_opt_set(context_->priv_data, "mpegts_flags", "+resend_headers", 0);
    auto error = av_write_frame(context_.get(), &picture);
    if (error >= 0)
      error = av_write_frame(context_.get(), nullptr);
    avio_flush(context_->pb);
    out.swap(ready_);
    ready_.clear();
    return error;
  }

private:
  static int take(void* self, std::uint8_t* data, int size) {
    append(static_cast<ts_writer*>(self)->ready_, {data, static_cast<std::size_t>(size)});
    return size;
  }

  muxer_ptr context_;
  bytes ready_;
};

class mpeg1_encoder final : public rendition_encoder {
public:
  explicit mpeg1_encoder(codec_ptr context)
    : context_(std::move(context)), packet_(av_packet_alloc()), frame_(av_frame_alloc()) {
    // nop
  }

  int open() {
    return packet_ && frame_ ? out_.open(*context_) : AVERROR(ENOMEM);
  }

  tl::expected<coded, std::string> encode(const AVFrame& picture, std::int64_t pts) override {
    time_ += count_ == 0 ? 0 : std::clamp(pts - last_pts_, step_ticks_min, step_ticks_max);
    last_pts_ = pts;
    auto error = av_frame_ref(frame_.get(), &picture);
    if (error >= 0) {
      bool key = count_ == 0 || time_ - keyframe_time_ >= keyframe_ticks;
      frame_->pict_type = key ? AV_PICTURE_TYPE_I : AV_PICTURE_TYPE_NONE;
      frame_->pts = count_++; // The encoder wants them at its rate.
      error = avcodec_send_frame(context_.get(), frame_.get());
      av_frame_unref(frame_.get());
    }
    if (error >= 0)
      error = avcodec_receive_packet(context_.get(), packet_.get());
    coded out;
    if (error >= 0) {
      out.keyframe = (packet_->flags & AV_PKT_FLAG_KEY) != 0;
      if (out.keyframe)
        keyframe_time_ = time_;
      packet_->pts = time_;
      packet_->dts = time_;
      error = out_.write(*packet_, out.payload);
      av_packet_unref(packet_.get());
    }
    if (error < 0)
      return tl::unexpected{"the MPEG-1 encoder failed: " + error_text(error)};
    return out;
  }

private:
  codec_ptr context_;
  packet_ptr packet_;
  frame_ptr frame_;
  ts_writer out_;
  std::int64_t count_ = 0;
  std::int64_t last_pts_ = 0;
  std::int64_t time_ = ticks_per_second;
  std::int64_t keyframe_time_ = 0;
};

} // namespace

tl::expected<rendition_encoder_ptr, std::string> make_mpeg1_encoder(picture_size size,
                                                                    int quality) {
  const auto* encoder = avcodec_find_encoder(AV_CODEC_ID_MPEG1VIDEO);
  if (encoder == nullptr)
    return tl::unexpected{std::string{"the installed libavcodec has no MPEG-1 encoder"}};
  codec_ptr context{avcodec_alloc_context3(encoder)};
  if (!context)
    return tl::unexpected{std::string{"no memory for an MPEG-1 encoder"}};
  context->width = size.width;
  context->height = size.height;
  context->pix_fmt = AV_PIX_FMT_YUV420P;
  context->color_range = AVCOL_RANGE_MPEG;
  context->sample_aspect_ratio = {1, 1};
  context->time_base = {1, picture_rate};
  context->framerate = {picture_rate, 1};
  context->thread_count = 1;
  context->max_b_frames = 0;
  context->gop_size = 2 * picture_rate; // Keyframes are asked for by time, see `encode`.
  // Without B-pictures nothing has to wait for the next picture; libav counts that as unofficial.
  context->flags |= AV_CODEC_FLAG_LOW_DELAY;
  context->strict_std_compliance = FF_COMPLIANCE_UNOFFICIAL;
  context->bit_rate = mpeg1_bit_rate(size, quality);
  context->rc_max_rate = 2 * context->bit_rate;
  context->rc_buffer_size = static_cast<int>(context->bit_rate);
  if (auto error = avcodec_open2(context.get(), encoder, nullptr); error < 0)
    return tl::unexpected{"the MPEG-1 encoder cannot be opened: " + error_text(error)};
  auto out = std::make_unique<mpeg1_encoder>(std::move(context));
  if (auto error = out->open(); error < 0)
    return tl::unexpected{"MPEG-TS cannot be written: " + error_text(error)};
  return out;
}

} // namespace camwall::media
