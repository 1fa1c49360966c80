#pragma once

#include "media/worker/access_units.hpp"
#include "media/worker/probe_meter.hpp"
#include "media/worker/rtsp_input.hpp"
#include "media/worker/video_track.hpp"

#include <chrono>
#include <optional>

namespace camwall::media {

/// Looks at what a camera sends, for a few seconds, without writing or decoding any of it.
class camera_probe {
public:
  using time_point = std::chrono::steady_clock::time_point;

  /// How long pictures are looked at, at least, in seconds of the camera's time: the rates would be
  /// guesses.
  static constexpr double watch_least_s = 2.0;

  camera_probe(rtsp_input& input, watch& guard, time_point order_time);

  /// Watches until two keyframes came, and until `deadline` at most. Why there is no report: the
  /// session ended, or nothing came. A stop order ends it as the deadline does.
  tl::expected<probed, failed> run(time_point deadline);

private:
  void take(const AVPacket& packet);
  void take_video(const AVPacket& packet, std::optional<std::int64_t> pts);
  void note_clock();
  bool has_seen_enough() const noexcept;
  probed report() const;
  void describe_codec(probed& x) const;

  rtsp_input& input_;
  watch& guard_;
  time_point order_time_;
  access_units units_;
  video_track video_;
  probe_meter meter_;
  bytes converted_;
  std::optional<double> clock_ahead_s_;
};

} // namespace camwall::media
