#include "media/worker/picture_thread.hpp"

#include "media/worker/log.hpp"
#include "media/worker/picture_decoder.hpp"
#include "media/worker/picture_judge.hpp"

#include <algorithm>
#include <ctime>
#include <exception>
#include <system_error>
#include <utility>

namespace camwall::media {

namespace {

/// While nothing looks amiss pictures are looked at so much less often. What goes wrong is noticed
/// a moment later, and from the first sign on they are looked at as often as the rules say.
constexpr double calm_factor = 2;

double own_cpu_seconds() {
  timespec used{};
  ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &used);
  return static_cast<double>(used.tv_sec) + static_cast<double>(used.tv_nsec) * 1e-9;
}

} // namespace

std::unique_ptr<picture_thread> picture_thread::start(video_codec codec,
                                                      const picture_rules& rules) {
  std::unique_ptr<picture_thread> out{new picture_thread{codec, rules}};
  try {
    out->thread_ = std::thread{[self = out.get()] { self->run(); }};
  } catch (const std::system_error& x) {
    log_line(std::string{"pictures are not judged: "} + x.what());
    return nullptr;
  }
  return out;
}

picture_thread::picture_thread(video_codec codec, const picture_rules& rules)
  : codec_(codec), rules_(rules) {
  // nop
}

picture_thread::~picture_thread() {
  {
    std::lock_guard guard{mutex_};
    end_ = true;
  }
  changed_.notify_one();
  if (thread_.joinable())
    thread_.join();
}

bool picture_thread::offer(bytes annex_b, time_point now) {
  std::unique_lock guard{mutex_, std::try_to_lock};
  if (!guard.owns_lock()) {
    ++dropped_;
    return false;
  }
  auto interval = std::chrono::duration_cast<time_point::duration>(
    std::chrono::duration<double>(rules_.interval_s * (calm_ ? calm_factor : 1)));
  // On average one an interval: a keyframe that is a moment early does not cost a whole turn.
  next_ = std::max(next_ + interval, now + interval / 2);
  if (waiting_)
    ++dropped_;
  waiting_ = keyframe{.data = std::move(annex_b), .arrived = now};
  guard.unlock();
  changed_.notify_one();
  return true;
}

std::optional<picture_judged> picture_thread::take_verdict() {
  if (!has_verdict_)
    return std::nullopt;
  std::unique_lock guard{mutex_, std::try_to_lock};
  if (!guard.owns_lock())
    return std::nullopt;
  has_verdict_ = false;
  return std::exchange(verdict_, std::nullopt);
}

std::optional<picture_thread::keyframe> picture_thread::next() {
  std::unique_lock guard{mutex_};
  changed_.wait(guard, [this] { return end_ || waiting_; });
  if (end_)
    return std::nullopt;
  return std::exchange(waiting_, std::nullopt);
}

void picture_thread::run() {
  try {
    judge_all();
  } catch (const std::exception& x) {
    log_line(std::string{"pictures are not judged any more: "} + x.what());
  }
}

void picture_thread::judge_all() {
  picture_judge judge{rules_};
  std::uint64_t undecodable = 0;
  while (auto x = next()) {
    auto picture = decode_keyframe(codec_, x->data);
    if (picture) {
      judge.take(*picture, x->arrived);
    } else if (picture.error() == decode_failure::undecodable) {
      judge.take_undecodable(x->arrived);
      ++undecodable;
    }
    auto verdict = judge.verdict(x->arrived);
    verdict.undecodable = undecodable;
    verdict.dropped = dropped_;
    verdict.cpu_s = own_cpu_seconds();
    calm_ = judge.calm();
    std::lock_guard guard{mutex_};
    verdict_ = std::move(verdict);
    has_verdict_ = true;
  }
}

} // namespace camwall::media
