#include "media/worker/failure.hpp"
#include "media/worker/rendition_encoder.hpp"
#include "media/worker/timestamps.hpp"
#include "media/worker/ts_writer.hpp"

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

class mpeg1_encoder final : public rendition_encoder {
public:
  explicit mpeg1_encoder(codec_ptr context)
    : context_(std::move(context)), packet_(av_packet_alloc()), frame_(av_frame_alloc()) {
    // nop
  }

  status open() {
    parameters_ptr video{avcodec_parameters_alloc()};
    if (!packet_ || !frame_ || !video ||
        avcodec_parameters_from_context(video.get(), context_.get()) < 0)
      return fail(reason::resources, "MPEG-TS: " + error_text(AVERROR(ENOMEM)));
    auto made = ts_writer::open(*video, nullptr, 1, ts_writer::picture_length::told);
    if (!made)
      return tl::unexpected{std::move(made.error())};
    out_ = std::move(*made);
    return {};
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
    if (error < 0)
      return tl::unexpected{"the MPEG-1 encoder failed: " + error_text(error)};
    return packed();
  }

private:
  /// The picture that was encoded, in whole TS packets.
  tl::expected<coded, std::string> packed() {
    sample x{.pts = time_,
             .dts = time_,
             .duration = 0,
             .keyframe = (packet_->flags & AV_PKT_FLAG_KEY) != 0,
             .data = {packet_->data, packet_->data + packet_->size}};
    av_packet_unref(packet_.get());
    if (x.keyframe) {
      keyframe_time_ = time_;
      out_->resend_tables();
    }
    out_->clear();
    auto done = out_->write_video(x);
    if (done)
      done = out_->flush();
    if (!done)
      return tl::unexpected{std::move(done.error().detail)};
    return coded{.keyframe = x.keyframe, .payload = {out_->ready().begin(), out_->ready().end()}};
  }

  codec_ptr context_;
  packet_ptr packet_;
  frame_ptr frame_;
  std::unique_ptr<ts_writer> out_;
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
  if (auto opened = out->open(); !opened)
    return tl::unexpected{std::move(opened.error().detail)};
  return out;
}

} // namespace camwall::media
