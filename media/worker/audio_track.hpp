#pragma once

#include "media/worker/audio_config.hpp"
#include "media/worker/audio_transcoder.hpp"
#include "media/worker/fragment.hpp"
#include "media/worker/libav.hpp"
#include "media/worker/rtsp_input.hpp"
#include "media/worker/timestamps.hpp"

#include <deque>
#include <functional>
#include <memory>
#include <string>

namespace camwall::media {

/// A camera's sound as AAC: copied, or made from G.711. Nothing that happens here can stop the
/// picture; where sound is missing there is silence, since players wait for both.
class audio_track {
public:
  /// Null, with a line in the log, for sound that cannot be used.
  static std::unique_ptr<audio_track> make(const rtsp_input::track& from);

  /// How the camera codes it: `aac`, `pcm_mulaw` or `pcm_alaw`.
  const std::string& source() const noexcept {
    return source_;
  }

  /// Of the output, RFC 6381.
  std::string codecs() const {
    return codecs_of(config_);
  }

  int rate() const noexcept {
    return rate_;
  }

  const AVCodecParameters& parameters() const noexcept {
    return *parameters_;
  }

  /// Is told each sample as soon as it has its place.
  void set_tap(std::function<void(const sample&)> tap) {
    tap_ = std::move(tap);
  }

  /// The output begins here: a time in 1/90000 s.
  void begin(std::int64_t at);

  /// Takes a packet. `shared` and `due` as `audio_clock::next` has them, but in 1/90000 s.
  void push(const AVPacket& packet, std::int64_t shared, std::int64_t due);

  /// Fills with silence up to `end` (1/90000 s) if sound is far behind, or was silent before and is
  /// so still.
  void catch_up(std::int64_t end);

  /// Takes the samples that begin before `end` (1/90000 s), in order.
  std::vector<sample> take_before(std::int64_t end);

private:
  audio_track(const rtsp_input::track& from, audio_config config, parameters_ptr parameters);

  std::int64_t to_samples(std::int64_t ticks, int rate) const noexcept;
  void emit(std::int64_t at, byte_view data);
  void emit_silence(std::int64_t from, std::int64_t to);
  void drain_transcoder();
  void trim();

  std::string source_;
  AVRational time_base_;
  audio_config config_;
  parameters_ptr parameters_;
  int rate_;          ///< Of the output's time scale.
  int frame_samples_; ///< Of an output frame, at `rate_`.
  int input_rate_;    ///< Of the clock: the samples that the camera sends.
  audio_clock clock_;
  std::unique_ptr<audio_transcoder> transcoder_;
  std::int64_t encoded_end_ = 0; ///< Where the transcoder's next frame goes.
  bool silent_ = true;           ///< Nothing came since silence was last made.
  std::deque<sample> ready_;
  std::function<void(const sample&)> tap_;
};

} // namespace camwall::media
