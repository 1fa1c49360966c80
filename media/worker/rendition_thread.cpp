#include "media/worker/rendition_thread.hpp"

#include "media/worker/log.hpp"
#include "media/worker/rendition_worker.hpp"
#include "media/worker/stills.hpp"

#include <malloc.h>
#include <sys/resource.h>

#include <algorithm>
#include <condition_variable>
#include <ctime>
#include <exception>
#include <mutex>
#include <system_error>
#include <thread>
#include <utility>

namespace camwall::media {

namespace {

/// What a copy of the camera's bytes costs is little, and is done first.
constexpr int niceness = 10;

double own_cpu_seconds() {
  timespec used{};
  ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &used);
  return static_cast<double>(used.tv_sec) + static_cast<double>(used.tv_nsec) * 1e-9;
}

} // namespace

struct rendition_thread::shared {
  shared(video_codec of, receiver to) : codec(of), take(std::move(to)) {
    // nop
  }

  const video_codec codec;
  const receiver take;

  std::mutex mutex; ///< Held for moments only.
  std::condition_variable changed;
  bool end = false;
  bool running = false;
  rendition_queue queue;
  std::vector<rendition> wanted;
  std::uint64_t wanted_version = 0;
  coded_picture keyframe; ///< That `stills` are to be made of.
  std::vector<still_order> stills;
  std::vector<rendition_refusal> refusals;
  rendition_counts counts;
};

rendition_thread::rendition_thread(video_codec codec, receiver take)
  : shared_(std::make_shared<shared>(codec, std::move(take))) {
  // nop
}

rendition_thread::~rendition_thread() {
  std::unique_lock guard{shared_->mutex};
  shared_->end = true;
  shared_->changed.notify_all();
  shared_->changed.wait(guard, [this] { return !shared_->running; });
}

bool rendition_thread::want(std::vector<rendition> what) {
  bool wanted_before = std::exchange(wants_pictures_, !what.empty());
  std::lock_guard guard{shared_->mutex};
  bool begins = wants_pictures_ && (!wanted_before || shared_->queue.keyframes_only());
  shared_->queue.set_keyframes_only(false); // Until the next keyframe shows that they do.
  if (what.empty()) {
    shared_->queue.clear();
    not_handed_over_.clear();
  }
  shared_->wanted = std::move(what);
  ++shared_->wanted_version;
  if (wants_pictures_ && !shared_->running)
    start();
  shared_->changed.notify_all();
  return begins;
}

void rendition_thread::make_stills(coded_picture keyframe, const std::vector<still_order>& what) {
  std::lock_guard guard{shared_->mutex};
  auto& waiting = shared_->stills;
  for (const auto& x : what) {
    if (waiting.size() < stills_per_worker_max)
      waiting.push_back(x);
    else
      shared_->refusals.push_back({.id = x.id, .why = "too many pictures are wanted at a time"});
  }
  shared_->keyframe = std::move(keyframe);
  if (!shared_->running)
    start();
  shared_->changed.notify_all();
}

void rendition_thread::start() {
  shared_->queue.clear();
  shared_->running = true;
  try {
    std::thread{[with = shared_] { run(*with); }}.detach();
  } catch (const std::system_error& x) {
    shared_->running = false;
    for (const auto& y : shared_->wanted)
      shared_->refusals.push_back({.id = y.id, .why = std::string{"no thread: "} + x.what()});
    for (const auto& y : std::exchange(shared_->stills, {}))
      shared_->refusals.push_back({.id = y.id, .why = std::string{"no thread: "} + x.what()});
  }
}

void rendition_thread::offer(coded_picture x, bool more) {
  if (not_handed_over_.size() >= rendition_queue::pictures_max) {
    not_handed_over_.clear();
    lost_ = true;
  }
  not_handed_over_.push_back(std::move(x));
  if (!more)
    hand_over();
}

bool rendition_thread::hand_over() {
  std::unique_lock guard{shared_->mutex, std::try_to_lock};
  if (!guard.owns_lock())
    return false;
  if (std::exchange(lost_, false))
    shared_->queue.give_up();
  if (shared_->running)
    for (auto& y : not_handed_over_)
      shared_->queue.push(std::move(y));
  not_handed_over_.clear();
  guard.unlock();
  shared_->changed.notify_all();
  return true;
}

std::vector<rendition_refusal> rendition_thread::take_refusals() {
  std::unique_lock guard{shared_->mutex, std::try_to_lock};
  return guard.owns_lock() ? std::exchange(shared_->refusals, {})
                           : std::vector<rendition_refusal>{};
}

rendition_counts rendition_thread::counts() {
  std::unique_lock guard{shared_->mutex, std::try_to_lock};
  if (guard.owns_lock()) {
    counted_ = shared_->counts;
    counted_.dropped = shared_->queue.dropped();
  }
  return counted_;
}

void rendition_thread::run(shared& with) {
  ::setpriority(PRIO_PROCESS, 0, niceness); // Of this thread alone (NOTES in setpriority(2)).
  try {
    work(with);
  } catch (const std::exception& x) {
    log_line(std::string{"no pictures for viewers any more: "} + x.what());
    std::lock_guard guard{with.mutex};
    for (const auto& y : with.wanted)
      with.refusals.push_back({.id = y.id, .why = x.what()});
    for (const auto& y : std::exchange(with.stills, {}))
      with.refusals.push_back({.id = y.id, .why = x.what()});
    with.running = false;
    with.changed.notify_all();
  }
  // What a decoder took would otherwise stay with the process, once for each thread that was here.
  ::malloc_trim(0);
}

/// One decoding for all of them. Whoever waits for one waits now; viewers may miss a picture.
void rendition_thread::make_waiting_stills(shared& with, std::unique_lock<std::mutex>& guard) {
  auto what = std::exchange(with.stills, {});
  auto keyframe = std::exchange(with.keyframe, {});
  guard.unlock();
  auto refused = media::make_stills(with.codec, keyframe, what, with.take);
  guard.lock();
  for (auto& x : refused)
    with.refusals.push_back(std::move(x));
}

void rendition_thread::work(shared& with) {
  rendition_worker worker{with.codec, with.take};
  std::uint64_t version = 0;
  auto add_cpu = [&with, before = 0.0]() mutable {
    auto cpu = own_cpu_seconds();
    with.counts.cpu_s += cpu - std::exchange(before, cpu);
  };
  std::unique_lock guard{with.mutex};
  while (true) {
    with.changed.wait(guard, [&] {
      return with.end || with.wanted_version != version || !with.queue.empty() ||
             !with.stills.empty() || with.wanted.empty();
    });
    if (!with.end && !with.stills.empty()) {
      make_waiting_stills(with, guard);
      add_cpu();
      continue;
    }
    if (with.end || with.wanted.empty())
      break;
    if (std::exchange(version, with.wanted_version) != version)
      worker.want(with.wanted);
    if (auto x = with.queue.pop()) {
      if (x->keyframe)
        with.queue.set_keyframes_only(worker.needs_keyframes_only(with.queue.keyframe_ticks()));
      rendition_worker::circumstances now{
        .late = !with.queue.empty() && with.queue.behind(x->pts) > late_ticks_max,
        .alone = with.queue.keyframes_only(),
        .newest_pts = with.queue.newest()};
      guard.unlock();
      worker.take(*x, now);
      guard.lock();
    }
    add_cpu();
    worker.add_to(with.counts);
    for (auto& y : worker.take_refusals())
      with.refusals.push_back(std::move(y));
  }
  with.running = false; // Together with the decision to end: who starts one looks at it.
  with.changed.notify_all();
}

} // namespace camwall::media
