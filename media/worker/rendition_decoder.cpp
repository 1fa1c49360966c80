#include "media/worker/rendition_decoder.hpp"

extern "C" {
#include <libavutil/imgutils.h>
}

#include <algorithm>
#include <utility>

namespace camwall::media {

namespace {

/// 8192 x 4608: no camera sends more.
constexpr std::int64_t pixels_max = 8192L * 4608;

/// Of the pictures that a decoder holds at a time. Beyond it the worker would come near its
/// ceiling, and copying would end with it.
constexpr std::int64_t decoder_bytes_max = 256L * 1024 * 1024;

/// What a decoder holds besides its reference pictures: those that wait for their turn, the one in
/// the making and the one that is shown.
constexpr std::int64_t further_pictures = 4;

/// libav's complaints about one camera's pictures are no news: the condition tells.
constexpr int silent = 64;

} // namespace

tl::expected<std::unique_ptr<rendition_decoder>, std::string> rendition_decoder::open(
  video_codec codec) {
  const auto* decoder =
    avcodec_find_decoder(codec == video_codec::h264 ? AV_CODEC_ID_H264 : AV_CODEC_ID_HEVC);
  if (decoder == nullptr)
    return tl::unexpected{std::string{"the installed libavcodec cannot decode "} +
                          (codec == video_codec::h264 ? "H.264" : "H.265")};
  codec_ptr context{avcodec_alloc_context3(decoder)};
  if (!context)
    return tl::unexpected{std::string{"no memory for a decoder"}};
  context->thread_count = 1;
  context->flags |= AV_CODEC_FLAG_LOW_DELAY;
  context->max_pixels = pixels_max;
  context->log_level_offset = silent;
  context->get_buffer2 = &allocate;
  std::unique_ptr<rendition_decoder> out{new rendition_decoder{std::move(context)}};
  if (!out->packet_ || !out->frame_ || avcodec_open2(out->context_.get(), decoder, nullptr) < 0)
    return tl::unexpected{std::string{"the decoder cannot be opened"}};
  return out;
}

rendition_decoder::rendition_decoder(codec_ptr context)
  : context_(std::move(context)), packet_(av_packet_alloc()), frame_(av_frame_alloc()) {
  context_->opaque = this;
}

int rendition_decoder::allocate(AVCodecContext* context, AVFrame* frame, int flags) {
  auto size = av_image_get_buffer_size(static_cast<AVPixelFormat>(frame->format), frame->width,
                                       frame->height, 1);
  auto pictures = std::max(context->refs, context->has_b_frames + 2) + further_pictures;
  if (size > 0 && size * pictures > decoder_bytes_max) {
    static_cast<rendition_decoder*>(context->opaque)->impossible_ =
      "decoding pictures of " + std::to_string(frame->width) + "x" + std::to_string(frame->height) +
      " takes more memory than a worker spends on it";
    return AVERROR(ENOMEM);
  }
  return avcodec_default_get_buffer2(context, frame, flags);
}

bool rendition_decoder::send(const coded_picture& x, bool show) {
  if (x.after_gap) {
    avcodec_flush_buffers(context_.get());
    broken_ = true;
  }
  if (av_new_packet(packet_.get(), static_cast<int>(x.annex_b.size())) < 0)
    return false;
  std::copy(x.annex_b.begin(), x.annex_b.end(), packet_->data);
  packet_->flags = x.keyframe ? AV_PKT_FLAG_KEY : 0;
  packet_->pts = serial_;
  origins_[static_cast<std::size_t>(serial_) % origins_.size()] = {.serial = serial_,
                                                                   .pts = x.pts,
                                                                   .capture_us = x.capture_us,
                                                                   .keyframe = x.keyframe,
                                                                   .show = show};
  ++serial_;
  auto error = avcodec_send_packet(context_.get(), packet_.get());
  av_packet_unref(packet_.get());
  return error >= 0;
}

void rendition_decoder::decode(const coded_picture& x, decode_effort effort, const taker& take) {
  bool show = effort == decode_effort::show;
  context_->skip_frame = show ? AVDISCARD_DEFAULT : AVDISCARD_NONREF;
  if (!send(x, show)) {
    ++damaged_;
    broken_ = true;
  }
  receive(take);
}

void rendition_decoder::decode_alone(const coded_picture& keyframe, const taker& take) {
  context_->skip_frame = AVDISCARD_DEFAULT;
  if (!send(keyframe, true))
    ++damaged_;
  avcodec_send_packet(context_.get(), nullptr); // No other comes: give out what is there.
  receive(take);
  avcodec_flush_buffers(context_.get());
  broken_ = true;
}

void rendition_decoder::receive(const taker& take) {
  int error = 0;
  while ((error = avcodec_receive_frame(context_.get(), frame_.get())) >= 0) {
    take_frame(take);
    av_frame_unref(frame_.get());
  }
  if (error != AVERROR(EAGAIN) && error != AVERROR_EOF) {
    ++damaged_;
    broken_ = true;
  }
}

void rendition_decoder::take_frame(const taker& take) {
  if (frame_->pts < 0)
    return;
  const auto& from = origins_[static_cast<std::size_t>(frame_->pts) % origins_.size()];
  if (from.serial != frame_->pts)
    return;
  bool good = frame_->decode_error_flags == 0 && (frame_->flags & AV_FRAME_FLAG_CORRUPT) == 0;
  if (!good)
    broken_ = true;
  else if (from.keyframe)
    broken_ = false;
  if (broken_) {
    ++damaged_;
    return;
  }
  if (from.show)
    take({.frame = *frame_, .pts = from.pts, .capture_us = from.capture_us});
}

} // namespace camwall::media
