#pragma once

#include "actors/picture_faults.hpp"
#include "actors/reconnect_policy.hpp"
#include "core/phase.hpp"
#include "media/worker_launcher.hpp"

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace camwall {

/// What a stream's supervision goes by; from the configuration.
struct stream_rules {
  bool on_demand = false;
  duration open_deadline = std::chrono::seconds{10};
  duration access_unit_deadline = std::chrono::seconds{2};
  duration segment_target = std::chrono::seconds{1};
  duration linger = std::chrono::seconds{30};
  duration frozen_after = std::chrono::seconds{30};
  double time_scale = 1.0;
  std::uint64_t seed = 1;
};

/// What the owner of a stream_machine must do now.
enum class stream_act : std::uint8_t {
  ask_for_slot,        ///< Ask the gate for leave to connect; answered by `slot_granted`.
  ask_for_slot_urgent, ///< The same, ahead of others: it was live a moment ago.
  return_slot,         ///< Give back the slot, or take back the question.
  launch,              ///< Make a worker.
  stop_worker,         ///< Ask the worker to end.
  kill_worker,         ///< The worker does not do its job: SIGKILL.
};

using stream_acts = std::vector<stream_act>;

/// The decision table of one stream: what happened comes in with its time, what to do comes out. No
/// actor, no clock, no process in it.
///
/// off ─▶ idle ⇄ asking ─▶ starting ─▶ running ─▶ ending ─▶ waiting ─▶ asking …
///
/// The worker judges the camera and says so (`failed`); the machine's own deadlines are for the
/// worker that can't say anything any more, and pass a little later.
class stream_machine {
public:
  explicit stream_machine(stream_rules rules);

  // -- what happened ----------------------------------------------------------------------------

  stream_acts enable(time_point now);
  stream_acts disable(time_point now);

  /// An operator wants a fresh start: the worker is replaced, a wait is over, failures are
  /// forgotten. Nothing to do for a stream that is off or idle.
  stream_acts restart(time_point now);

  /// An operator does not want to wait for the next try. What failed is not forgotten: a password
  /// that is refused again is held back again after this one try.
  stream_acts retry_now(time_point now);

  /// A viewer wants the stream. Starts it when it is idle and keeps it for `linger`.
  stream_acts demand(time_point now);

  /// A viewer wants it and does not get it: stays idle, and `why` is shown.
  stream_acts refuse_demand(std::string why);

  stream_acts slot_granted(time_point now);

  /// The gate does not let us connect before `until`: our password was refused to others.
  stream_acts slot_denied(time_point until, time_point now);

  /// The password that was refused is right after all: a wait because of that is over.
  stream_acts login_accepted(time_point now);

  /// The present worker said something, or ended.
  stream_acts event(const media::worker_event& what, time_point now);

  /// Time passed; call it when `deadline` is reached. Earlier calls do no harm.
  stream_acts tick(time_point now);

  /// The instant at which `tick` has something to do; empty when nothing is awaited.
  std::optional<time_point> deadline() const;

  // -- where it stands --------------------------------------------------------------------------

  camwall::phase phase() const noexcept {
    return phase_;
  }
  camwall::reason reason() const noexcept {
    return reason_;
  }
  const std::string& detail() const noexcept {
    return detail_;
  }
  std::uint32_t attempts() const noexcept {
    return attempts_;
  }
  std::optional<time_point> next_try() const noexcept {
    return step_ == step::waiting ? std::optional{next_try_} : std::nullopt;
  }
  duration backoff() const noexcept {
    return step_ == step::waiting ? wait_ : duration::zero();
  }
  /// How long a password that was refused twice is held back.
  duration login_hold() const {
    return policy_.login_hold();
  }
  /// The wait that the last failure brought, whether it has begun or not.
  duration planned_wait() const noexcept {
    return wait_;
  }
  /// Neither runs nor tries to, nor will without a further order or demand.
  bool rests() const noexcept {
    return step_ == step::off || step_ == step::idle;
  }
  bool asks_for_slot() const noexcept {
    return step_ == step::asking;
  }
  /// A worker is to end before the next one begins.
  bool is_ending() const noexcept {
    return step_ == step::ending;
  }
  /// Switched off, and no worker is left.
  bool is_off() const noexcept {
    return step_ == step::off;
  }
  std::optional<time_point> last_access_unit() const noexcept {
    return last_access_unit_;
  }

  /// What is wrong with the picture; only while live.
  std::vector<picture_faults::held> conditions() const {
    return phase_ == phase::live ? picture_.conditions() : std::vector<picture_faults::held>{};
  }

  using counts = std::array<std::uint64_t, all_reasons.size()>;

  /// Ends of workers that had been live, by reason.
  const counts& restarts() const noexcept {
    return restarts_;
  }

  /// Ends of workers that never got an access unit, by reason.
  const counts& connect_failures() const noexcept {
    return connect_failures_;
  }

private:
  enum class step : std::uint8_t {
    off,
    idle,
    asking,   ///< Waits for the gate.
    starting, ///< A worker runs; no access unit yet.
    running,  ///< Access units come.
    ending,   ///< The worker was told to end, or said that it does; its exit is awaited.
    waiting,  ///< For the next try.
  };

  enum class after_end : std::uint8_t { retry, idle, off };

  stream_acts begin(time_point now, bool urgent);
  stream_acts wait_or_begin(time_point now);
  stream_acts take(const media::opened& x, time_point now);
  stream_acts take(const media::progress& x, time_point now);
  stream_acts take(const media::segment_published& x, time_point now);
  stream_acts take(const media::picture_judged& x, time_point now);
  stream_acts take(const media::failed& x, time_point now);
  stream_acts take(const media::worker_exited& x, time_point now);
  stream_acts restart_for_picture(time_point now);
  stream_acts give_up(camwall::reason why, std::string detail, time_point now);
  stream_acts after_exit(time_point now);
  stream_acts wind_down(after_end next, time_point now);
  void return_slot(stream_acts& out);
  duration segment_deadline() const;
  time_point worker_deadline() const;

  stream_rules rules_;
  reconnect_policy policy_;
  picture_faults picture_;
  step step_ = step::off;
  after_end after_end_ = after_end::retry;
  camwall::phase phase_ = camwall::phase::disabled;
  camwall::reason reason_ = reason::none;
  std::string detail_;
  bool login_held_ = false;                    ///< The wait is for a refused password.
  camwall::reason failed_with_ = reason::none; ///< Of the last failure, for when it is shown again.
  std::string failed_detail_;
  std::uint32_t attempts_ = 0;
  bool has_slot_ = false; ///< Or has asked for one.
  bool opened_ = false;
  bool killed_by_us_ = false;
  time_point step_since_;
  time_point slot_until_;
  time_point wanted_until_;
  time_point next_try_;
  duration wait_{};
  duration learned_gop_{};
  std::optional<time_point> live_since_;
  std::optional<time_point> last_access_unit_;
  std::optional<time_point> last_segment_;
  counts restarts_{};
  counts connect_failures_{};
};

} // namespace camwall
