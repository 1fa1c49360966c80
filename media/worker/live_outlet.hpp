#pragma once

#include "media/worker/live_feed.hpp"
#include "media/worker/live_pictures.hpp"
#include "media/worker/media_link.hpp"
#include "media/worker_protocol.hpp"

#include <deque>
#include <functional>
#include <optional>
#include <vector>

namespace camwall::media {

/// Where the pipeline's samples go, besides into segments: to the server, as those feeds that are
/// watched. Keeps the samples since the last keyframe, so that whoever begins to watch sees a
/// picture at once. Makes nothing while nobody watches.
class live_outlet {
public:
  /// Of a longer group of pictures nothing is kept: watching then begins at the next keyframe.
  static constexpr std::size_t kept_bytes_max = 4UL * 1024 * 1024;

  using refuser = std::function<void(const feed_refused&)>;

  live_outlet(media_link& link, refuser refuse)
    : link_(link), refuse_(std::move(refuse)), pictures_(link) {
    // nop
  }

  void watch(const watch_order& x);

  /// Makes one picture of the last keyframe; of the next when there is none yet. Beyond
  /// `stills_per_worker_max` that wait for it, it is refused.
  void take_still(const still_order& x);

  /// What the samples from now on are; a keyframe comes next.
  void set_tracks(const video_track& picture, const audio_track* sound);

  /// `x` has an estimated duration. `discontinuity` does not continue what came before, and is a
  /// keyframe.
  void push_picture(const sample& x, bool discontinuity, std::uint64_t capture_us);

  void push_sound(const sample& x, std::uint64_t capture_us);

  /// Whether somebody hears what comes.
  bool wants_sound() const noexcept;

  /// What became of the pictures that are decoded for viewers.
  rendition_sums renditions() {
    return pictures_.sums();
  }

private:
  struct open_feed {
    watched_feed what;
    live_feed_ptr maker; ///< Null for what has to be decoded.
  };

  void push(live_sample x);
  void keep(live_sample x);
  live_feed_ptr make(const watched_feed& x);

  media_link& link_;
  refuser refuse_;
  live_pictures pictures_;
  live_tracks_ptr tracks_;
  std::vector<open_feed> feeds_;
  std::deque<live_sample> kept_; ///< Begins with a keyframe.
  std::size_t kept_bytes_ = 0;
  std::optional<live_sample> keyframe_alone_; ///< The last one, when nothing behind it is kept.
  std::vector<still_order> stills_;           ///< They wait for a keyframe.
};

} // namespace camwall::media
