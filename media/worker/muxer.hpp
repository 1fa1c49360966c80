#pragma once

#include "media/worker/audio_track.hpp"
#include "media/worker/fragment.hpp"
#include "media/worker/publisher.hpp"
#include "media/worker/status.hpp"
#include "media/worker/video_track.hpp"

#include <memory>
#include <span>

namespace camwall::media {

/// Puts samples into a container and hands its bytes to the publisher.
class muxer {
public:
  virtual ~muxer() = default;

  /// Takes new parameter sets, between two segments.
  virtual status set_video(const video_track& track) = 0;

  /// Times in 1/90000 s.
  virtual status write_video(const sample& x) = 0;

  /// Times in samples, none later than the pictures that were written.
  virtual status write_audio(std::span<const sample> samples) = 0;

  /// Everything that belongs to the segment is with the publisher after this.
  virtual status end_segment() = 0;
};

using muxer_base_ptr = std::unique_ptr<muxer>;

/// fMP4: picture and sound in files of their own. `audio` is null without sound.
tl::expected<muxer_base_ptr, failed> make_cmaf_muxer(publisher& to, const video_track& video,
                                                     const audio_track* audio);

/// MPEG-TS: everything in one file.
tl::expected<muxer_base_ptr, failed> make_ts_muxer(publisher& to, const video_track& video,
                                                   const audio_track* audio);

} // namespace camwall::media
