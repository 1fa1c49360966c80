#pragma once

#include "media/worker/libav.hpp"
#include "media/worker/rendition_queue.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <string>
#include <vector>

namespace camwall::media {

/// Y, Cb, Cr.
using plain_colour = std::array<std::uint8_t, 3>;

/// An H.264 encoder that stands for a camera: plain pictures with a moving stripe, 25 a second.
class test_camera {
public:
  struct settings {
    int width = 320;
    int height = 180;
    int gop = 10;
    AVColorSpace matrix = AVCOL_SPC_SMPTE170M;
  };

  explicit test_camera(settings x) {
    const auto* encoder = avcodec_find_encoder_by_name("libx264");
    context_.reset(avcodec_alloc_context3(encoder));
    context_->width = x.width;
    context_->height = x.height;
    context_->pix_fmt = AV_PIX_FMT_YUV420P;
    context_->time_base = {1, 25};
    context_->gop_size = x.gop;
    context_->thread_count = 1;
    context_->color_range = AVCOL_RANGE_MPEG;
    context_->colorspace = x.matrix;
    av_opt_set(context_->priv_data, "preset", "ultrafast", 0);
    av_opt_set(context_->priv_data, "tune", "zerolatency", 0);
    av_opt_set(context_->priv_data, "crf", "12", 0);
    av_opt_set(context_->priv_data, "x264-params", "scenecut=0", 0);
    context_->log_level_offset = 64; // Tells its life in every test.
    opened_ = avcodec_open2(context_.get(), encoder, nullptr) >= 0;
  }

  bool opened() const noexcept {
    return opened_;
  }

  coded_picture next(plain_colour colour) {
    frame_ptr frame{av_frame_alloc()};
    frame->format = AV_PIX_FMT_YUV420P;
    frame->width = context_->width;
    frame->height = context_->height;
    frame->pts = count_;
    av_frame_get_buffer(frame.get(), 0);
    for (int plane = 0; plane < 3; ++plane) {
      auto lines = plane == 0 ? frame->height : frame->height / 2;
      std::fill_n(frame->data[plane], frame->linesize[plane] * lines,
                  colour[static_cast<std::size_t>(plane)]);
    }
    auto line = count_ * 2 % frame->height;
    std::fill_n(frame->data[0] + line * frame->linesize[0], frame->width, colour[0] ^ 0x10);
    avcodec_send_frame(context_.get(), frame.get());
    packet_ptr packet{av_packet_alloc()};
    avcodec_receive_packet(context_.get(), packet.get());
    coded_picture out{.annex_b = {packet->data, packet->data + packet->size},
                      .keyframe = (packet->flags & AV_PKT_FLAG_KEY) != 0,
                      .pts = 90'000 + count_ * 3'600,
                      .capture_us = 1'000'000 + static_cast<std::uint64_t>(count_) * 40'000};
    ++count_;
    return out;
  }

private:
  codec_ptr context_;
  bool opened_ = false;
  std::int64_t count_ = 0;
};

inline codec_ptr open_for_test(const AVCodecParameters& x) {
  const auto* decoder = avcodec_find_decoder(x.codec_id);
  codec_ptr out{avcodec_alloc_context3(decoder)};
  avcodec_parameters_to_context(out.get(), &x);
  out->thread_count = 1;
  avcodec_open2(out.get(), decoder, nullptr);
  return out;
}

inline frame_ptr decode_jpeg(const bytes& x) {
  parameters_ptr what{avcodec_parameters_alloc()};
  what->codec_type = AVMEDIA_TYPE_VIDEO;
  what->codec_id = AV_CODEC_ID_MJPEG;
  auto decoder = open_for_test(*what);
  packet_ptr packet{av_packet_alloc()};
  av_new_packet(packet.get(), static_cast<int>(x.size()));
  std::copy(x.begin(), x.end(), packet->data);
  frame_ptr out{av_frame_alloc()};
  avcodec_send_packet(decoder.get(), packet.get());
  return avcodec_receive_frame(decoder.get(), out.get()) < 0 ? nullptr : std::move(out);
}

/// The mean of a plane.
inline double mean_of(const AVFrame& x, int plane) {
  auto width = plane == 0 ? x.width : x.width / 2;
  auto height = plane == 0 ? x.height : x.height / 2;
  std::uint64_t sum = 0;
  for (int y = 0; y < height; ++y)
    for (int i = 0; i < width; ++i)
      sum += x.data[plane][y * x.linesize[plane] + i];
  return static_cast<double>(sum) / width / height;
}

/// MPEG-TS in memory, taken apart again.
struct taken_apart {
  std::string codec;
  std::size_t streams = 0;
  std::vector<bool> keyframes;
  std::vector<std::int64_t> pts;
  std::vector<frame_ptr> pictures;
};

inline int read_for_test(void* self, std::uint8_t* to, int size) {
  auto& rest = *static_cast<byte_view*>(self);
  auto n = std::min(static_cast<std::size_t>(size), rest.size());
  if (n == 0)
    return AVERROR_EOF;
  std::copy_n(rest.data(), n, to);
  rest = rest.subspan(n);
  return static_cast<int>(n);
}

inline taken_apart take_apart(byte_view ts) {
  constexpr int buffer_bytes = 4096;
  auto rest = ts;
  taken_apart out;
  auto* io = avio_alloc_context(static_cast<std::uint8_t*>(av_malloc(buffer_bytes)), buffer_bytes,
                                0, &rest, &read_for_test, nullptr, nullptr);
  auto* in = avformat_alloc_context();
  in->pb = io;
  if (avformat_open_input(&in, "", av_find_input_format("mpegts"), nullptr) >= 0) {
    avformat_find_stream_info(in, nullptr);
    out.streams = in->nb_streams;
    if (out.streams > 0) {
      out.codec = avcodec_get_name(in->streams[0]->codecpar->codec_id);
      auto decoder = open_for_test(*in->streams[0]->codecpar);
      packet_ptr packet{av_packet_alloc()};
      auto receive = [&] {
        frame_ptr frame{av_frame_alloc()};
        while (avcodec_receive_frame(decoder.get(), frame.get()) >= 0) {
          out.pictures.push_back(std::move(frame));
          frame.reset(av_frame_alloc());
        }
      };
      while (av_read_frame(in, packet.get()) >= 0) {
        out.keyframes.push_back((packet->flags & AV_PKT_FLAG_KEY) != 0);
        out.pts.push_back(packet->pts);
        avcodec_send_packet(decoder.get(), packet.get());
        receive();
        av_packet_unref(packet.get());
      }
      avcodec_send_packet(decoder.get(), nullptr);
      receive();
    }
    avformat_close_input(&in);
  }
  av_freep(&io->buffer);
  avio_context_free(&io);
  return out;
}

} // namespace camwall::media
