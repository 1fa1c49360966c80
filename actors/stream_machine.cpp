#include "actors/stream_machine.hpp"

#include <algorithm>
#include <csignal>
#include <utility>

namespace camwall {

namespace {

using namespace std::chrono_literals;

/// How much later than the worker's own deadline ours passes. With facts every 250 ms a silent
/// worker is noticed within the configured deadline + 0.5 s.
constexpr auto worker_grace = 250ms;
constexpr auto open_grace = 1s;

/// How long a slot of the gate is held at most: a camera that does not answer must not hold up the
/// others.
constexpr auto slot_hold_max = 3s;

/// How long a worker that was told to end may take before it is killed.
constexpr auto end_deadline = 1s;

/// Assumed until two keyframes were seen.
constexpr auto unknown_gop = 10s;

std::size_t index_of(reason why) {
  auto i = std::find(all_reasons.begin(), all_reasons.end(), why);
  return static_cast<std::size_t>(i - all_reasons.begin());
}

reason reason_of_exit(const media::worker_exited& x) {
  if (!x.signalled)
    return reason::crashed;
  // SIGSYS: the sandbox refused a system call.
  return x.code == SIGKILL || x.code == SIGTERM || x.code == SIGSYS ? reason::killed
                                                                    : reason::crashed;
}

} // namespace

stream_machine::stream_machine(stream_rules rules)
  : rules_(rules),
    policy_(rules.seed, rules.time_scale),
    picture_(rules.frozen_after, rules.time_scale) {
  // nop
}

stream_acts stream_machine::enable(time_point now) {
  if (step_ == step::ending && after_end_ == after_end::off) {
    // Switched on again before the worker is gone.
    after_end_ = rules_.on_demand ? after_end::idle : after_end::retry;
    return {};
  }
  if (step_ != step::off)
    return {};
  if (!rules_.on_demand)
    return wait_or_begin(now);
  step_ = step::idle;
  phase_ = phase::idle;
  return {};
}

stream_acts stream_machine::disable(time_point now) {
  return wind_down(after_end::off, now);
}

stream_acts stream_machine::restart(time_point now) {
  policy_.forget();
  wait_ = duration::zero();
  next_try_ = now;
  login_held_ = false;
  attempts_ = 0;
  if (step_ == step::waiting)
    return begin(now, true);
  if (step_ != step::starting && step_ != step::running)
    return {}; // Asking and ending go on to a new worker; off and idle have none to replace.
  reason_ = reason::none;
  detail_.clear();
  phase_ = phase::connecting;
  return wind_down(after_end::retry, now);
}

stream_acts stream_machine::retry_now(time_point now) {
  if (step_ == step::ending && after_end_ == after_end::retry)
    next_try_ = now;
  return step_ == step::waiting ? begin(now, false) : stream_acts{};
}

stream_acts stream_machine::demand(time_point now) {
  wanted_until_ = now + rules_.linger;
  if (step_ == step::ending && after_end_ == after_end::idle)
    after_end_ = after_end::retry;
  if (step_ != step::idle)
    return {};
  reason_ = reason::none; // An earlier demand may have been refused.
  detail_.clear();
  return wait_or_begin(now);
}

stream_acts stream_machine::refuse_demand(std::string why) {
  if (step_ != step::idle)
    return {};
  reason_ = reason::resources;
  detail_ = std::move(why);
  return {};
}

stream_acts stream_machine::slot_denied(time_point until, time_point now) {
  if (step_ != step::asking)
    return {};
  has_slot_ = false;
  wait_ = std::max(until - now, duration::zero());
  next_try_ = until;
  login_held_ = true;
  failed_with_ = reason::auth;
  failed_detail_ = "the password was refused to others with the same user at this host";
  return wait_or_begin(now);
}

stream_acts stream_machine::login_accepted(time_point now) {
  if (failed_with_ != reason::auth)
    return {};
  policy_.forget_login();
  login_held_ = false;
  next_try_ = std::min(next_try_, now);
  return step_ == step::waiting ? begin(now, false) : stream_acts{};
}

/// A wait outlasts idleness: viewers that come and go must not make a camera that refuses our
/// password be asked more often than one that is always wanted.
stream_acts stream_machine::wait_or_begin(time_point now) {
  if (now >= next_try_)
    return begin(now, false);
  step_ = step::waiting;
  step_since_ = now;
  phase_ = login_held_ ? phase::auth_failed : phase::backoff;
  reason_ = failed_with_;
  detail_ = failed_detail_;
  return {};
}

stream_acts stream_machine::begin(time_point now, bool urgent) {
  step_ = step::asking;
  step_since_ = now;
  has_slot_ = true;
  if (phase_ != phase::stale || !urgent)
    phase_ = phase::connecting;
  return {urgent ? stream_act::ask_for_slot_urgent : stream_act::ask_for_slot};
}

stream_acts stream_machine::slot_granted(time_point now) {
  if (step_ != step::asking)
    return has_slot_ ? stream_acts{} : stream_acts{stream_act::return_slot};
  step_ = step::starting;
  step_since_ = now;
  slot_until_ = now + slot_hold_max;
  opened_ = killed_by_us_ = false;
  live_since_.reset();
  last_segment_.reset();
  after_end_ = after_end::retry;
  picture_.begin_worker(now);
  return {stream_act::launch};
}

stream_acts stream_machine::event(const media::worker_event& what, time_point now) {
  return std::visit(
    [&](const auto& x) -> stream_acts {
      if constexpr (requires { take(x, now); })
        return take(x, now);
      else
        return {};
    },
    what);
}

stream_acts stream_machine::take(const media::opened&, time_point now) {
  stream_acts out;
  if (step_ == step::starting) {
    opened_ = true;
    step_since_ = now;
    return_slot(out);
  }
  return out;
}

stream_acts stream_machine::take(const media::progress& x, time_point now) {
  stream_acts out;
  if (step_ != step::starting && step_ != step::running)
    return out;
  last_access_unit_ = now;
  if (x.gop_s > 0)
    learned_gop_ = std::chrono::duration_cast<duration>(
      std::chrono::duration<double>(std::min(x.gop_s, 3600.0)));
  if (step_ == step::starting) {
    return_slot(out);
    step_ = step::running;
    step_since_ = now;
    live_since_ = now;
    next_try_ = std::min(next_try_, now); // A wait that an operator ended early is over.
    phase_ = phase::live;
    reason_ = reason::none;
    detail_.clear();
    attempts_ = 0;
  }
  return out;
}

stream_acts stream_machine::take(const media::segment_published&, time_point now) {
  last_segment_ = now;
  return {};
}

stream_acts stream_machine::take(const media::picture_judged& x, time_point now) {
  if (step_ != step::running)
    return {};
  picture_.take(x, now);
  return restart_for_picture(now);
}

/// A camera that repeats a picture, or sends broken ones, often does better in a new session.
stream_acts stream_machine::restart_for_picture(time_point now) {
  auto due = picture_.restart_due();
  if (step_ != step::running || !due || now < *due)
    return {};
  picture_.restarted(now);
  auto frozen = picture_.conditions().front().what == condition::frozen;
  auto out = give_up(reason::stalled,
                     frozen ? "the picture is frozen" : "the picture cannot be decoded", now);
  out.push_back(stream_act::stop_worker);
  return out;
}

stream_acts stream_machine::take(const media::failed& x, time_point now) {
  if (step_ != step::starting && step_ != step::running)
    return {};
  return give_up(x.why, x.detail, now);
}

stream_acts stream_machine::take(const media::worker_exited& x, time_point now) {
  stream_acts out;
  return_slot(out);
  if (step_ == step::starting || step_ == step::running) {
    // Nobody told it to end, and it gave no reason.
    auto acts = give_up(reason_of_exit(x), x.detail, now);
    acts.clear(); // There is no process left to kill.
  }
  auto rest = after_exit(now);
  out.insert(out.end(), rest.begin(), rest.end());
  return out;
}

/// Notes why this try is over and waits for the end of its worker.
stream_acts stream_machine::give_up(camwall::reason why, std::string detail, time_point now) {
  stream_acts out;
  auto was_live = live_since_.has_value();
  ++(was_live ? restarts_ : connect_failures_)[index_of(why)];
  ++attempts_;
  reason_ = why;
  detail_ = std::move(detail);
  failed_with_ = reason_;
  failed_detail_ = detail_;
  auto plan = policy_.after_failure(why, was_live ? now - *live_since_ : duration::zero(), now);
  wait_ = plan.wait;
  next_try_ = now + plan.wait;
  login_held_ = plan.hold_login;
  if (plan.hold_login)
    phase_ = phase::auth_failed;
  else if (!plan.at_once)
    phase_ = was_live && why == reason::stalled ? phase::stale : phase::backoff;
  else
    phase_ = why == reason::stalled ? phase::stale : phase::connecting;
  return_slot(out);
  step_ = step::ending;
  step_since_ = now;
  after_end_ = after_end::retry;
  return out;
}

stream_acts stream_machine::after_exit(time_point now) {
  step_since_ = now;
  switch (after_end_) {
    case after_end::off:
      step_ = step::off;
      phase_ = phase::disabled;
      reason_ = reason::none;
      detail_.clear();
      picture_.forget();
      return {};
    case after_end::idle:
      step_ = step::idle;
      phase_ = phase::idle;
      picture_.forget();
      reason_ = reason::none;
      detail_.clear();
      return {};
    case after_end::retry:
      break;
  }
  if (now >= next_try_)
    return begin(now, wait_ == duration::zero());
  step_ = step::waiting;
  if (phase_ != phase::auth_failed)
    phase_ = phase::backoff;
  return {};
}

stream_acts stream_machine::wind_down(after_end next, time_point now) {
  stream_acts out;
  after_end_ = next;
  switch (step_) {
    case step::starting:
    case step::running:
      return_slot(out);
      out.push_back(stream_act::stop_worker);
      step_ = step::ending;
      step_since_ = now;
      killed_by_us_ = false;
      return out;
    case step::ending:
      return out;
    default:
      return_slot(out);
      after_exit(now);
      return out;
  }
}

stream_acts stream_machine::tick(time_point now) {
  stream_acts out;
  if (rules_.on_demand && now >= wanted_until_ && step_ != step::off && step_ != step::idle &&
      step_ != step::ending)
    return wind_down(after_end::idle, now);
  if (step_ == step::waiting && now >= next_try_)
    return begin(now, false);
  if (step_ == step::starting && has_slot_ && now >= slot_until_)
    return_slot(out);
  if ((step_ == step::starting || step_ == step::running) && now >= worker_deadline()) {
    auto what = step_ == step::running && last_access_unit_ &&
                    now < *last_access_unit_ + rules_.access_unit_deadline
                  ? "access units come, but no segment was published in time"
                  : "the worker reports no access unit";
    auto acts = give_up(step_ == step::running ? reason::stalled : reason::timeout, what, now);
    out.insert(out.end(), acts.begin(), acts.end());
    out.push_back(stream_act::kill_worker);
    killed_by_us_ = true;
  } else if (step_ == step::ending && !killed_by_us_ && now >= step_since_ + end_deadline) {
    out.push_back(stream_act::kill_worker);
    killed_by_us_ = true;
  } else if (step_ == step::running) {
    return restart_for_picture(now);
  }
  return out;
}

std::optional<time_point> stream_machine::deadline() const {
  std::optional<time_point> at;
  auto consider = [&at](time_point x) { at = at ? std::min(*at, x) : x; };
  switch (step_) {
    case step::off:
    case step::idle:
      return at;
    case step::asking:
      break;
    case step::starting:
      if (has_slot_)
        consider(slot_until_);
      consider(worker_deadline());
      break;
    case step::running:
      consider(worker_deadline());
      if (auto due = picture_.restart_due())
        consider(*due);
      break;
    case step::ending:
      if (!killed_by_us_)
        consider(step_since_ + end_deadline);
      return at;
    case step::waiting:
      consider(next_try_);
      break;
  }
  if (rules_.on_demand)
    consider(wanted_until_);
  return at;
}

time_point stream_machine::worker_deadline() const {
  if (step_ == step::starting)
    return step_since_ + open_grace +
           (opened_ ? rules_.access_unit_deadline + worker_grace : rules_.open_deadline);
  return std::min(*last_access_unit_ + rules_.access_unit_deadline + worker_grace,
                  last_segment_.value_or(*live_since_) + segment_deadline());
}

duration stream_machine::segment_deadline() const {
  auto gop = learned_gop_ > duration::zero() ? learned_gop_ : duration{unknown_gop};
  return 2 * std::max(gop, rules_.segment_target) + duration{1s};
}

void stream_machine::return_slot(stream_acts& out) {
  if (std::exchange(has_slot_, false))
    out.push_back(stream_act::return_slot);
}

} // namespace camwall
