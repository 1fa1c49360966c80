#pragma once

#include "media/worker/bytes.hpp"
#include "media/worker/libav.hpp"

#include <tl/expected.hpp>

#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace camwall::media {

/// G.711 in, AAC-LC out, 16 kHz mono: what browsers play.
class audio_transcoder {
public:
  static tl::expected<std::unique_ptr<audio_transcoder>, std::string> open(
    const AVCodecParameters& input);

  /// Of the output.
  parameters_ptr parameters() const;

  /// Samples that the encoder puts before the first one that it was given.
  int delay() const noexcept {
    return encoder_->initial_padding;
  }

  /// At the input's rate.
  std::int64_t samples_in(const AVPacket& packet) const noexcept {
    return packet.size / std::max(1, decoder_->ch_layout.nb_channels);
  }

  /// Returns what went wrong, or nothing.
  std::string push(const AVPacket& packet);

  /// At the output's rate.
  void push_silence(int samples);

  /// The next coded frame, if there is one.
  std::optional<bytes> take();

private:
  audio_transcoder() = default;

  int open_decoder(const AVCodecParameters& input);
  int open_encoder();
  void convert(const AVFrame& decoded);
  int encode();

  codec_ptr decoder_;
  codec_ptr encoder_;
  resampler_ptr resampler_;
  frame_ptr decoded_;
  frame_ptr frame_;
  packet_ptr packet_;
  std::vector<float> waiting_; ///< Samples for the encoder.
  std::int64_t position_ = 0;
};

} // namespace camwall::media
