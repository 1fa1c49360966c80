#pragma once

#include "media/worker/bytes.hpp"
#include "media/worker/nal.hpp"
#include "media/worker_protocol.hpp"

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <optional>
#include <thread>

namespace camwall::media {

/// Decodes and judges keyframes beside the copying of the stream, which never waits for it: there
/// is room for one keyframe, a newer one takes the place of an older.
///
/// `wants`, `offer` and `take_verdict` are for the copying thread alone.
class picture_thread {
public:
  using time_point = std::chrono::steady_clock::time_point;

  /// Returns nothing when no thread can be made: the stream is worth more than its judgement.
  static std::unique_ptr<picture_thread> start(video_codec codec, const picture_rules& rules);

  picture_thread(const picture_thread&) = delete;
  picture_thread& operator=(const picture_thread&) = delete;

  /// Waits for the picture that is being decoded.
  ~picture_thread();

  /// Whether it is time for another keyframe.
  bool wants(time_point now) const noexcept {
    return now >= next_;
  }

  /// Hands over a keyframe that arrived at `now`: annex B, with its parameter sets. False when the
  /// thread was just looking: it is dropped, counted, and the next one is wanted.
  bool offer(bytes annex_b, time_point now);

  /// The newest verdict that was not taken yet.
  std::optional<picture_judged> take_verdict();

private:
  struct keyframe {
    bytes data;
    time_point arrived;
  };

  picture_thread(video_codec codec, const picture_rules& rules);
  void run();
  void judge_all();
  std::optional<keyframe> next();

  const video_codec codec_;
  const picture_rules rules_;
  time_point next_;
  std::atomic<std::uint64_t> dropped_ = 0;

  std::mutex mutex_; ///< Held for moments only.
  std::condition_variable changed_;
  bool end_ = false;
  std::optional<keyframe> waiting_;
  std::optional<picture_judged> verdict_;
  std::atomic<bool> has_verdict_ = false;
  std::atomic<bool> calm_ = false;
  std::thread thread_;
};

} // namespace camwall::media
