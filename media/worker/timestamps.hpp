#pragma once

#include <cstdint>
#include <optional>
#include <vector>

namespace camwall::media {

/// Ticks of the video track and of all times that both tracks share.
inline constexpr std::int64_t ticks_per_second = 90'000;

/// Where the output's time begins: room for decoding times before the first picture's, and for a
/// little earlier sound.
inline constexpr std::int64_t first_output_tick = ticks_per_second;

struct video_stamp {
  std::int64_t pts = 0;
  std::int64_t dts = 0;
  bool jumped = false; ///< The camera's time broke here; the output goes on in step with the clock.
};

/// Turns a camera's presentation times into an output that never goes back.
///
/// The demuxer's decoding times are not used: without decoding they are guesses or absent. They are
/// made here from the presentation times: of the last `reorder + 1` pictures the earliest is due.
class video_clock {
public:
  /// `reorder` as the SPS tells it; grows when the stream proves it too small.
  explicit video_clock(int reorder);

  /// Takes access units in decoding order. `pts` is absent when the camera sent none. `arrival` is
  /// a steady clock. Everything in ticks of 1/90000 s.
  video_stamp next(std::optional<std::int64_t> pts, std::int64_t arrival);

  /// Output time minus camera time; sound with the same time base is in step with it.
  std::int64_t offset() const noexcept {
    return offset_;
  }

  /// When a picture with this output time arrived, or should have: what turns output time into wall
  /// time.
  std::int64_t arrival_of(std::int64_t output) const noexcept {
    return anchor_arrival_ + (output - anchor_);
  }

  /// What output time is due at this moment.
  std::int64_t due(std::int64_t arrival) const noexcept {
    return anchor_ + (arrival - anchor_arrival_);
  }

  /// The usual distance of two pictures.
  std::int64_t frame() const noexcept {
    return frame_;
  }

private:
  bool breaks(std::int64_t in, std::int64_t arrival) const noexcept;
  void anchor(std::int64_t in, std::int64_t out, std::int64_t arrival);
  std::int64_t decoding_time(std::int64_t pts);

  int reorder_;
  bool started_ = false;
  std::int64_t started_at_ = 0; ///< Arrival.
  std::int64_t offset_ = 0;
  std::int64_t anchor_ =
    0; ///< Output time at which camera time and arrival were last tied together.
  std::int64_t anchor_arrival_ = 0;
  std::int64_t highest_in_ = 0;      ///< Latest camera time since the anchor.
  std::int64_t highest_arrival_ = 0; ///< Its arrival.
  std::int64_t last_in_ = 0;
  std::optional<std::int64_t> last_told_;
  std::int64_t last_dts_ = 0;
  std::int64_t frame_ = ticks_per_second / 25;
  std::vector<std::int64_t>
    window_; ///< Presentation times that are not yet used as decoding times; sorted.
};

/// Gives sound its place in the output: without gaps or overlaps while the camera's times are about
/// right, and in step with the picture. All in samples.
class audio_clock {
public:
  audio_clock(int rate, int frame_samples);

  struct place {
    std::int64_t at = 0;  ///< Where the packet goes.
    std::int64_t gap = 0; ///< Samples that are missing before it.
  };

  /// `shared` is the picture's offset, `due` the output time of this moment, `samples` the packet's
  /// length. Nothing when the packet's place is taken: it is to be dropped.
  std::optional<place> next(std::optional<std::int64_t> pts, std::int64_t shared, std::int64_t due,
                            std::int64_t samples);

  /// The end of what has its place so far; nothing before the first packet.
  std::optional<std::int64_t> end() const noexcept {
    return end_;
  }

  /// Says that the output is filled up to `end` by something else (silence).
  void fill(std::int64_t end) noexcept {
    end_ = end;
  }

private:
  std::int64_t map(std::int64_t in, std::int64_t shared, std::int64_t due);

  std::int64_t rate_;
  std::int64_t tolerance_;
  std::optional<std::int64_t> own_offset_; ///< In use while the picture's is of no help.
  std::optional<std::int64_t> end_;
};

} // namespace camwall::media
