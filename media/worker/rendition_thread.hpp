#pragma once

#include "media/worker/nal.hpp"
#include "media/worker/rendition.hpp"
#include "media/worker/rendition_queue.hpp"
#include "media/worker_protocol.hpp"

#include <functional>
#include <memory>
#include <mutex>
#include <vector>

namespace camwall::media {

/// Decodes a camera's video once and makes the renditions that are wanted, each once; and single
/// pictures of keyframes. Its thread is there while something is wanted, and is nice: copying goes
/// first.
///
/// Made and called by the copying thread, which never waits for it, but in the destructor.
class rendition_thread {
public:
  /// Behind the newest picture by more than this, a picture is late.
  static constexpr std::int64_t late_ticks_max = 18'000;

  using receiver = std::function<void(rendition_output&&)>;

  /// `take` gets what was made, on the thread that made it and not any more once this is gone. It
  /// must not throw.
  rendition_thread(video_codec codec, receiver take);

  rendition_thread(const rendition_thread&) = delete;
  rendition_thread& operator=(const rendition_thread&) = delete;

  /// Waits for the picture that is being worked on.
  ~rendition_thread();

  /// What is wanted from now on, in place of what was; what stays goes on without a break. True:
  /// pictures of use were not offered lately, so that those since the last keyframe should be.
  bool want(std::vector<rendition> what);

  /// Whether pictures are of use.
  bool wants_pictures() const noexcept {
    return wants_pictures_;
  }

  /// Takes the next picture in the camera's order, all of them from a keyframe on. Never blocks:
  /// what has no room is dropped and counted. With `more` another follows at once, and none is
  /// looked at before the last is there: of old pictures only the newest is shown then.
  void offer(coded_picture x, bool more = false);

  /// Makes single pictures of `keyframe`, before anything else. What cannot be made is among the
  /// refusals.
  void make_stills(coded_picture keyframe, const std::vector<still_order>& what);

  /// Gives to the thread what `offer` could not while it was busy with its lock; `offer` itself
  /// does so with the next picture. Never blocks. False: still not.
  bool hand_over();

  /// Renditions of which nothing comes any more. Never blocks.
  std::vector<rendition_refusal> take_refusals();

  /// As they were when the thread's lock was last free. Never blocks.
  rendition_counts counts();

private:
  struct shared;

  static void run(shared& with);
  static void work(shared& with);
  static void make_waiting_stills(shared& with, std::unique_lock<std::mutex>& guard);
  void start();

  std::shared_ptr<shared> shared_; ///< The thread's, too: nobody waits for its last steps.
  bool wants_pictures_ = false;
  std::vector<coded_picture> not_handed_over_;
  bool lost_ = false; ///< Of these some were dropped.
  rendition_counts counted_;
};

} // namespace camwall::media
