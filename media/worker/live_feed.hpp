#pragma once

#include "media/worker/audio_track.hpp"
#include "media/worker/fragment.hpp"
#include "media/worker/libav.hpp"
#include "media/worker/media_link.hpp"
#include "media/worker/video_track.hpp"

#include <memory>
#include <string>

namespace camwall::media {

/// What a feed has to know of picture and sound: as it was when the pictures that follow were made.
struct live_tracks {
  live_tracks(const video_track& picture, const audio_track* sound);

  video_codec codec;
  nal_framing framing;
  parameters_ptr video;
  bytes parameter_sets; ///< Annex B.
  std::string video_codecs;
  int width;
  int height;
  parameters_ptr audio; ///< Null without sound.
  std::string audio_codecs;
  int audio_rate = 0;
};

using live_tracks_ptr = std::shared_ptr<const live_tracks>;

/// A picture, its length an estimate, or a frame of sound.
struct live_sample {
  sample what;
  bool is_sound = false;
  bool discontinuity = false; ///< Of keyframes.
  std::uint64_t capture_us = 0;
  live_tracks_ptr tracks;

  std::size_t bytes_held() const noexcept {
    return sizeof(live_sample) + what.data.size();
  }
};

/// Appends a picture as annex B, a keyframe behind its parameter sets.
void append_annex_b(bytes& to, const live_sample& picture);

/// Makes one feed of the samples, and sends it. The first sample of all is a keyframe, and so is
/// the first with other tracks.
class live_feed {
public:
  virtual ~live_feed() = default;

  virtual void push(const live_sample& x) = 0;

  /// Sound in chunks of its own: whether it is wanted from now on.
  virtual void set_sound(bool on) = 0;
};

using live_feed_ptr = std::unique_ptr<live_feed>;

/// CMAF chunks (ISO/IEC 23000-19 §7.3.2.3), one for each sample; init segments first.
live_feed_ptr make_fmp4_feed(media_link& link, std::uint32_t id, bool sound);

/// MPEG-TS: one run of whole packets for each picture, with the sound that came before it. PAT and
/// PMT before each keyframe.
live_feed_ptr make_ts_feed(media_link& link, std::uint32_t id);

} // namespace camwall::media
