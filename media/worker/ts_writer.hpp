#pragma once

#include "media/worker/fragment.hpp"
#include "media/worker/libav.hpp"
#include "media/worker/status.hpp"

#include <memory>

namespace camwall::media {

/// MPEG-TS (ISO/IEC 13818-1) in memory: picture and, perhaps, sound. Its times are the samples'.
class ts_writer {
public:
  /// Whether a picture says its length (PES_packet_length, ISO/IEC 13818-1 §2.4.3.7). With it a
  /// picture is complete when its last byte is there, not when the next begins.
  enum class picture_length : bool { untold, told };

  /// `audio` is null without sound; its samples' times count `audio_rate` a second.
  static tl::expected<std::unique_ptr<ts_writer>, failed> open(
    const AVCodecParameters& video, const AVCodecParameters* audio, int audio_rate,
    picture_length length = picture_length::untold);

  ts_writer(const ts_writer&) = delete;
  ts_writer& operator=(const ts_writer&) = delete;
  ~ts_writer();

  /// A picture; of H.264 and H.265 as annex B, keyframes with their parameter sets.
  status write_video(const sample& x);

  /// Sound may wait for more, or for `flush`.
  status write_audio(const sample& x);

  /// Nothing waits any more after this.
  status flush();

  /// The next picture comes behind PAT and PMT.
  void resend_tables() noexcept;

  /// What was written since `clear`: whole TS packets.
  byte_view ready() const noexcept {
    return ready_;
  }

  void clear() noexcept {
    ready_.clear();
  }

private:
  ts_writer() noexcept : packet_(av_packet_alloc()) {
    // nop
  }

  static int take(void* self, std::uint8_t* data, int size);
  int add_stream(const AVCodecParameters& parameters);
  status write(const sample& x, int stream, int rate);

  muxer_ptr context_;
  packet_ptr packet_;
  bytes ready_;
  int audio_rate_ = 1;
};

} // namespace camwall::media
