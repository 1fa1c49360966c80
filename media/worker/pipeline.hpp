#pragma once

#include "media/worker/access_units.hpp"
#include "media/worker/audio_track.hpp"
#include "media/worker/live_outlet.hpp"
#include "media/worker/muxer.hpp"
#include "media/worker/picture_thread.hpp"
#include "media/worker/publisher.hpp"
#include "media/worker/rtsp_input.hpp"
#include "media/worker/segmenter.hpp"
#include "media/worker/server_link.hpp"
#include "media/worker/statistics.hpp"
#include "media/worker/timestamps.hpp"
#include "media/worker/video_track.hpp"

#include <chrono>
#include <memory>
#include <optional>

namespace camwall::media {

/// The road of one camera's bytes: packets in, segments and facts out. One thread, no decoding of
/// pictures: keyframes that are to be judged are handed to another.
///
/// A picture is written when the next one is there, since only then its duration is known: players
/// take a wrong one for a lost picture. Who watches live gets it at once, with an estimate.
class pipeline {
public:
  using time_point = std::chrono::steady_clock::time_point;

  /// `pictures` may be null: then they are not judged.
  pipeline(const open_order& job, server_link& link, media_link& media, watch& guard,
           rtsp_input& input, output_folder& folder, picture_thread* pictures,
           time_point order_time);
  pipeline(const pipeline&) = delete;
  pipeline& operator=(const pipeline&) = delete;
  ~pipeline();

  /// Works until the server asks to stop (then nothing is returned), or until it cannot go on.
  status run();

private:
  status step(AVPacket& packet);
  status read_failure(int error, bool late) const;
  status on_video(const access_units::unit& unit, std::uint64_t capture_us);
  status write(const access_units::unit& unit, bool keyframe, time_point now,
               std::uint64_t capture_us);
  void on_audio(const AVPacket& packet);
  status report(time_point now);
  status begin(time_point now);
  void show_live(const video_stamp& stamp, bool keyframe, std::uint64_t capture_us);
  status write_pending(std::int64_t next_dts);
  status write_audio_before(std::int64_t end);
  status cut(std::int64_t at);
  status use_new_parameters();
  void announce();
  void judge_picture(byte_view keyframe, time_point now);
  wall_time wall(std::int64_t output) const;

  const open_order& order_;
  server_link& link_;
  watch& guard_;
  rtsp_input& input_;
  picture_thread* pictures_;
  time_point order_time_;
  time_point picture_due_; ///< Without a picture until then the camera is stalled.

  access_units units_;
  video_track video_;
  std::unique_ptr<audio_track> audio_;
  statistics statistics_;
  publisher publisher_;
  video_clock clock_{0};
  segmenter segmenter_;
  muxer_base_ptr muxer_; ///< Exists from the first keyframe on.

  bool opened_ = false; ///< The fact was sent.
  bool played_ = false; ///< A picture came.
  std::optional<sample> pending_;
  bytes converted_;
  bool time_broke_ = false;
  bool parameters_changed_ = false;

  live_outlet live_;
  sample live_picture_;
  std::uint64_t arrived_us_ = 0; ///< The last video packet; since the Unix epoch.
  bool live_breaks_ = false;     ///< Holds for the next keyframe.
  bool live_tracks_changed_ = false;

  // Of the segment that is being written.
  std::uint64_t frames_ = 0;
  wall_time segment_wall_;
  std::optional<std::int64_t> audio_begin_; ///< In samples.
  std::int64_t audio_samples_ = 0;
  std::int64_t sound_written_to_ = 0;

  wall_time wall_origin_;
  std::int64_t arrival_origin_ = 0;
};

} // namespace camwall::media
