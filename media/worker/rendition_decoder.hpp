#pragma once

#include "media/worker/libav.hpp"
#include "media/worker/nal.hpp"
#include "media/worker/rendition_queue.hpp"

#include <tl/expected.hpp>

#include <array>
#include <functional>
#include <memory>
#include <string>

namespace camwall::media {

/// A picture without errors, to be shown now. Valid during the call.
struct shown_picture {
  const AVFrame& frame;
  std::int64_t pts;
  std::uint64_t capture_us;
};

/// How much of a picture's work is of use.
enum class decode_effort : std::uint8_t {
  show,    ///< It will be encoded.
  catch_up ///< It is late: only what later pictures need, nothing is shown.
};

/// Decodes a camera's video in one thread. After an error nothing is shown until a keyframe came
/// through without one: no picture is better than a wrong one.
class rendition_decoder {
public:
  using taker = std::function<void(const shown_picture&)>;

  /// The error is one sentence for whoever wanted to see pictures.
  static tl::expected<std::unique_ptr<rendition_decoder>, std::string> open(video_codec codec);

  rendition_decoder(const rendition_decoder&) = delete;
  rendition_decoder& operator=(const rendition_decoder&) = delete;

  /// Calls `take` for what can be shown, which may be earlier pictures where the camera reorders.
  void decode(const coded_picture& x, decode_effort effort, const taker& take);

  /// Like `decode`, of a keyframe whose successors do not come: it is shown at once.
  void decode_alone(const coded_picture& keyframe, const taker& take);

  /// Pictures with errors, and those that were decoded and not shown for errors before them.
  std::uint64_t damaged() const noexcept {
    return damaged_;
  }

  /// Says why these pictures can never be decoded; empty while they may.
  const std::string& impossible() const noexcept {
    return impossible_;
  }

private:
  struct origin {
    std::int64_t serial = -1;
    std::int64_t pts = 0;
    std::uint64_t capture_us = 0;
    bool keyframe = false;
    bool show = false;
  };

  explicit rendition_decoder(codec_ptr context);
  static int allocate(AVCodecContext* context, AVFrame* frame, int flags);
  bool send(const coded_picture& x, bool show);
  void receive(const taker& take);
  void take_frame(const taker& take);

  codec_ptr context_;
  packet_ptr packet_;
  frame_ptr frame_;
  std::int64_t serial_ = 0;
  std::array<origin, 64> origins_; ///< Of the last pictures; more than any codec holds back.
  bool broken_ = true;
  std::uint64_t damaged_ = 0;
  std::string impossible_;
};

} // namespace camwall::media
