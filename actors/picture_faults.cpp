#include "actors/picture_faults.hpp"

#include <algorithm>

namespace camwall {

namespace {

using namespace std::chrono_literals;

constexpr auto restart_period = 5min;

/// Beyond the time after which a worker calls a picture frozen: to connect and for long GOPs.
constexpr auto recheck_margin = 30s;

/// A worker is not believed that something lasts longer than it could have seen it.
constexpr double age_max_s = 1e6;

duration to_duration(double seconds) {
  return std::chrono::duration_cast<duration>(std::chrono::duration<double>(seconds));
}

} // namespace

picture_faults::picture_faults(duration frozen_after, double time_scale)
  : recheck_(frozen_after + recheck_margin),
    restart_period_(std::chrono::duration_cast<duration>(restart_period / time_scale)) {
  // nop
}

const picture_faults::held* picture_faults::find(condition what) const {
  auto i = std::find_if(held_.begin(), held_.end(), [&](const auto& x) { return x.what == what; });
  return i == held_.end() ? nullptr : &*i;
}

/// Whether the new worker can't know better yet.
bool picture_faults::still_doubtful(const held& x, const media::picture_judged& news,
                                    time_point now) const {
  if (!x.inherited || now >= worker_began_ + recheck_)
    return false;
  return x.what == condition::frozen ? !news.moved : news.decoded == 0;
}

void picture_faults::take(const media::picture_judged& x, time_point now) {
  auto was_faulty = restart_due().has_value();
  std::vector<held> next;
  for (auto what : all_conditions) {
    const auto* before = find(what);
    auto found = std::find_if(x.conditions.begin(), x.conditions.end(),
                              [&](const auto& y) { return y.what == what; });
    if (found != x.conditions.end())
      next.push_back({.what = what,
                      .since = before != nullptr
                                 ? before->since
                                 : now - to_duration(std::min(found->age_s, age_max_s))});
    else if (before != nullptr && still_doubtful(*before, x, now))
      next.push_back(*before);
  }
  held_ = std::move(next);
  if (!was_faulty)
    fault_seen_ = now;
}

void picture_faults::begin_worker(time_point now) {
  worker_began_ = now;
  std::erase_if(held_, [](const auto& x) { return !is_fault(x.what); });
  for (auto& x : held_)
    x.inherited = true;
}

std::optional<time_point> picture_faults::restart_due() const {
  if (std::none_of(held_.begin(), held_.end(), [](const auto& x) { return is_fault(x.what); }))
    return std::nullopt;
  return last_restart_ ? std::max(fault_seen_, *last_restart_ + restart_period_) : fault_seen_;
}

} // namespace camwall
