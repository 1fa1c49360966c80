#pragma once

// The only place where libav's headers come in: they are C, and say so nowhere.
extern "C" {
#include <libavcodec/avcodec.h>
#include <libavformat/avformat.h>
#include <libavutil/opt.h>
#include <libavutil/time.h>
#include <libswresample/swresample.h>
#include <libswscale/swscale.h>
}

#include <cstring>
#include <memory>

namespace camwall::media {

struct packet_deleter {
  void operator()(AVPacket* x) const noexcept {
    av_packet_free(&x);
  }
};
using packet_ptr = std::unique_ptr<AVPacket, packet_deleter>;

struct frame_deleter {
  void operator()(AVFrame* x) const noexcept {
    av_frame_free(&x);
  }
};
using frame_ptr = std::unique_ptr<AVFrame, frame_deleter>;

struct codec_deleter {
  void operator()(AVCodecContext* x) const noexcept {
    avcodec_free_context(&x);
  }
};
using codec_ptr = std::unique_ptr<AVCodecContext, codec_deleter>;

struct resampler_deleter {
  void operator()(SwrContext* x) const noexcept {
    swr_free(&x);
  }
};
using resampler_ptr = std::unique_ptr<SwrContext, resampler_deleter>;

struct scaler_deleter {
  void operator()(SwsContext* x) const noexcept {
    sws_freeContext(x);
  }
};
using scaler_ptr = std::unique_ptr<SwsContext, scaler_deleter>;

struct parameters_deleter {
  void operator()(AVCodecParameters* x) const noexcept {
    avcodec_parameters_free(&x);
  }
};
using parameters_ptr = std::unique_ptr<AVCodecParameters, parameters_deleter>;

/// A muxer's context; its byte stream is closed by whoever made it.
struct muxer_deleter {
  void operator()(AVFormatContext* x) const noexcept {
    avformat_free_context(x);
  }
};
using muxer_ptr = std::unique_ptr<AVFormatContext, muxer_deleter>;

} // namespace camwall::media
