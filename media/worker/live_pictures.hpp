#pragma once

#include "media/worker/live_feed.hpp"
#include "media/worker/media_link.hpp"
#include "media/worker/rendition_thread.hpp"
#include "media/worker_protocol.hpp"

#include <deque>
#include <map>
#include <memory>
#include <mutex>
#include <span>
#include <vector>

namespace camwall::media {

/// Those feeds for which pictures are decoded, JPEG and MPEG-1: hands the samples to the thread
/// that makes them, and what it made to the server. For the copying thread, which never waits.
class live_pictures {
public:
  explicit live_pictures(media_link& link) : link_(link) {
    // nop
  }
  live_pictures(const live_pictures&) = delete;
  live_pictures& operator=(const live_pictures&) = delete;

  /// Everything that is watched from now on; other formats are left out. `kept` are the samples
  /// since the last keyframe.
  void watch(std::span<const watched_feed> feeds, const std::deque<live_sample>& kept);

  void push(const live_sample& picture);

  /// Makes single pictures of this keyframe. What cannot be made is among the refusals.
  void make_stills(const live_sample& keyframe, const std::vector<still_order>& what);

  /// Feeds that can never be made.
  std::vector<rendition_refusal> take_refusals();

  /// What became of the pictures so far.
  rendition_sums sums();

private:
  void start(video_codec codec);
  void send(rendition_output&& x);
  void send_still(const rendition_output& x);
  bool describe(const rendition_output& x);

  media_link& link_;
  std::vector<rendition> wanted_;
  std::mutex mutex_;
  std::map<std::uint32_t, picture_size> described_; ///< What the server's end was told.
  std::unique_ptr<rendition_thread> thread_; ///< Last: it calls `send`. Null before it is needed.
};

} // namespace camwall::media
