#include "media/worker/failure.hpp"
#include "media/worker/rendition_encoder.hpp"

namespace camwall::media {

namespace {

class jpeg_encoder final : public rendition_encoder {
public:
  explicit jpeg_encoder(codec_ptr context)
    : context_(std::move(context)), packet_(av_packet_alloc()), frame_(av_frame_alloc()) {
    // nop
  }

  tl::expected<coded, std::string> encode(const AVFrame& picture, std::int64_t) override {
    auto error = frame_ && packet_ ? av_frame_ref(frame_.get(), &picture) : AVERROR(ENOMEM);
    if (error >= 0) {
      frame_->format = context_->pix_fmt;
      frame_->quality = context_->global_quality;
      frame_->pts = next_++;
      error = avcodec_send_frame(context_.get(), frame_.get());
      av_frame_unref(frame_.get());
    }
    if (error >= 0)
      error = avcodec_receive_packet(context_.get(), packet_.get());
    if (error < 0)
      return tl::unexpected{"the JPEG encoder failed: " + error_text(error)};
    coded out{.keyframe = true, .payload = {packet_->data, packet_->data + packet_->size}};
    av_packet_unref(packet_.get());
    return out;
  }

private:
  codec_ptr context_;
  packet_ptr packet_;
  frame_ptr frame_;
  std::int64_t next_ = 0;
};

} // namespace

tl::expected<rendition_encoder_ptr, std::string> make_jpeg_encoder(picture_size size, int quality) {
  const auto* encoder = avcodec_find_encoder(AV_CODEC_ID_MJPEG);
  if (encoder == nullptr)
    return tl::unexpected{std::string{"the installed libavcodec has no JPEG encoder"}};
  codec_ptr context{avcodec_alloc_context3(encoder)};
  if (!context)
    return tl::unexpected{std::string{"no memory for a JPEG encoder"}};
  context->width = size.width;
  context->height = size.height;
  context->pix_fmt = AV_PIX_FMT_YUVJ420P;
  context->color_range = AVCOL_RANGE_JPEG;
  context->sample_aspect_ratio = {1, 1};
  context->time_base = {1, 25};
  context->thread_count = 1;
  context->flags |= AV_CODEC_FLAG_QSCALE | AV_CODEC_FLAG_BITEXACT; // Without a comment of libav's.
  context->global_quality = jpeg_quantiser(quality) * FF_QP2LAMBDA;
  context->qmin = 1;
  // Tables that fit each picture would take a second pass, for a few percent of its bytes.
  av_opt_set(context->priv_data, "huffman", "default", 0);
  if (auto error = avcodec_open2(context.get(), encoder, nullptr); error < 0)
    return tl::unexpected{"the JPEG encoder cannot be opened: " + error_text(error)};
  return std::make_unique<jpeg_encoder>(std::move(context));
}

} // namespace camwall::media
