#include "actors/stream.hpp"

#include "actors/open_order.hpp"
#include "actors/stream_address.hpp"
#include "actors/supervisor.hpp"

#include <caf/send.hpp>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <atomic>

namespace camwall {

namespace {

using namespace std::chrono_literals;

/// While nothing but counters changes, a stream reports this often.
constexpr auto report_period = 1s;
constexpr auto announce_period = 5s;

/// A stream that failed this often in a row counts as long dead at the gate.
constexpr std::uint32_t long_dead_attempts = 4;

duration to_duration(config::seconds_f x) {
  return std::chrono::duration_cast<duration>(x);
}

double to_seconds(duration x) {
  return std::chrono::duration<double>(x).count();
}

std::uint64_t next_ticket() {
  static std::atomic<std::uint64_t> last{0};
  return ++last;
}

} // namespace

caf::behavior stream_state::make_behavior(std::shared_ptr<const wall_context> ctx,
                                          config::camera cam, std::string which, bool on_demand,
                                          caf::actor camera_actor) {
  context = std::move(ctx);
  camera = std::move(cam);
  stream_name = std::move(which);
  parent = std::move(camera_actor);
  const auto& url = stream_name == "sub" ? camera.sub_url : camera.url;
  host = host_and_port(url);
  login = login_of(url);
  facts.name = stream_name;
  facts.hls = "/hls/" + camera.id + "/" + stream_name + "/index.m3u8";
  since = std::chrono::system_clock::now();
  transport.emplace(camera.transport);
  place.emplace(context->streams);
  auto config = context->config.load();
  const auto& deadlines = config->deadlines;
  machine.emplace(stream_rules{
    .on_demand = on_demand,
    .open_deadline = to_duration(deadlines.open),
    .access_unit_deadline = to_duration(deadlines.access_unit),
    .segment_target = to_duration(config->hls.segment),
    .linger = to_duration(deadlines.linger),
    .frozen_after = to_duration(camera.picture.frozen_after),
    .time_scale = config->time_scale,
    .seed = std::hash<std::string>{}(camera.id + '/' + stream_name),
  });
  if (camera.enabled)
    step([this](time_point now) { return machine->enable(now); });
  else
    report(true);
  self->delayed_send(self, announce_period, announce{});
  return {
    [this](demand_stream&) { step([this](time_point now) { return demanded(now); }); },
    [this](const order_camera& msg) { obey(msg.what); },
    [this](leave) {
      leaving = true;
      step([this](time_point now) { return machine->disable(now); });
    },
    [this](slot_granted& msg) {
      if (msg.ticket != ticket)
        return;
      insists = false;
      step([this](time_point now) { return machine->slot_granted(now); });
    },
    [this](const slot_denied& msg) { denied(msg); },
    [this](login_accepted) {
      step([this](time_point now) { return machine->login_accepted(now); });
    },
    [this](worker_told& msg) {
      if (msg.attempt != attempt)
        return;
      note(msg.what);
      if (std::holds_alternative<media::opened>(msg.what))
        tell_login(true);
      // The HTTP side serves a playlist only once it knows of a segment: that fact must not wait.
      reported_at =
        std::holds_alternative<media::segment_published>(msg.what) ? time_point{} : reported_at;
      step([&](time_point now) { return machine->event(msg.what, now); });
      // After the step: these lines belong to the event that it made.
      if (const auto* x = std::get_if<media::worker_exited>(&msg.what); x && !x->last_words.empty())
        if (auto board = find_actor(self->system(), board_name))
          self->send(board, worker_last_words{camera.id, stream_name, x->last_words});
    },
    [this](wake) {
      armed_for.reset();
      step([this](time_point now) { return machine->tick(now); });
    },
    [this](announce) {
      report(true);
      if (machine->asks_for_slot())
        ask_gate(); // The gate may have been restarted; one that knows the ticket ignores this.
      self->delayed_send(self, announce_period, announce{});
    },
  };
}

template <class Input>
void stream_state::step(Input input) {
  auto now = self->clock().now();
  auto before = machine->phase();
  auto reason_before = machine->reason();
  auto attempts_before = machine->attempts();
  auto last_unit = machine->last_access_unit();
  stream_acts acts = input(now);
  auto changed = before != machine->phase() || reason_before != machine->reason() ||
                 attempts_before != machine->attempts();
  if (changed)
    observe_transition(before, machine->attempts() > attempts_before, last_unit, now);
  changed = tell_signs(now) || changed;
  if (machine->rests())
    place->give_back();
  else
    place->take();
  for (auto act : acts)
    perform(act);
  report(changed);
  arm();
  if (leaving && machine->is_off())
    self->quit();
}

stream_acts stream_state::demanded(time_point now) {
  auto max = context->config.load()->limits.streams_max;
  if (machine->phase() != phase::idle || place->take(max))
    return machine->demand(now);
  context->metrics->limit_reached("streams");
  return machine->refuse_demand(
    fmt::format("{} streams run already, as many as may at a time (limits.streams_max)", max));
}

void stream_state::obey(camera_order what) {
  insists = what != camera_order::disable;
  step([this, what](time_point now) {
    switch (what) {
      case camera_order::restart:
        return machine->restart(now);
      case camera_order::retry:
        return machine->retry_now(now);
      case camera_order::enable:
        return machine->enable(now);
      case camera_order::disable:
        return machine->disable(now);
    }
    return stream_acts{};
  });
  insists = insists && (machine->asks_for_slot() || machine->is_ending());
}

void stream_state::perform(stream_act act) {
  switch (act) {
    case stream_act::ask_for_slot:
    case stream_act::ask_for_slot_urgent:
      ticket = next_ticket();
      urgent = act == stream_act::ask_for_slot_urgent;
      ask_gate();
      break;
    case stream_act::return_slot:
      if (auto gate = find_actor(self->system(), gate_name))
        self->send(gate, return_slot{ticket});
      break;
    case stream_act::launch:
      launch();
      break;
    case stream_act::stop_worker:
      if (worker)
        worker->stop();
      break;
    case stream_act::kill_worker:
      if (worker)
        worker->kill();
      break;
  }
}

void stream_state::ask_gate() {
  if (auto gate = find_actor(self->system(), gate_name))
    self->send(gate, ask_for_slot{.ticket = ticket,
                                  .host = host,
                                  .login = login,
                                  .insists = insists,
                                  .urgent = urgent,
                                  .long_dead = machine->attempts() >= long_dead_attempts,
                                  .from = caf::actor_cast<caf::actor>(self)});
}

/// Not a failure of this stream's own, but as good a reason to be down: an event.
void stream_state::denied(const slot_denied& msg) {
  if (msg.ticket != ticket)
    return;
  insists = false; // The order was for this try, not for the next one.
  auto before = machine->phase();
  step([&](time_point now) { return machine->slot_denied(msg.until, now); });
  if (machine->phase() == phase::auth_failed)
    tell_history({.before = before,
                  .after = phase::auth_failed,
                  .reason = machine->reason(),
                  .detail = machine->detail(),
                  .wait_s = to_seconds(machine->planned_wait())},
                 spdlog::level::warn);
}

void stream_state::tell_login(bool accepted) {
  auto gate = login.empty() ? caf::actor{} : find_actor(self->system(), gate_name);
  if (!gate)
    return;
  self->send(gate, login_told{.login = login,
                              .by = camera.id + '/' + stream_name,
                              .accepted = accepted,
                              .hold_until = self->clock().now() + machine->login_hold(),
                              .from = caf::actor_cast<caf::actor>(self)});
}

void stream_state::launch() {
  ++attempt;
  last_progress = {};
  last_verdict = {};
  launched_at = self->clock().now();
  signs.begin_worker(launched_at);
  auto order = open_order_of(*context->config.load(), camera, stream_name, transport->present());
  // Weak: a worker must not keep alive the actor that owns it.
  auto address = self->address();
  worker = context->launcher->launch(std::move(order),
                                     [address, number = attempt](media::worker_event what) {
                                       if (auto to = caf::actor_cast<caf::actor>(address))
                                         caf::anon_send(to, worker_told{number, std::move(what)});
                                     });
}

/// Keeps what the snapshot shows of the worker's facts.
void stream_state::note(const media::worker_event& what) {
  auto now = std::chrono::system_clock::now();
  // Sums never go back, whatever a worker says.
  auto add = [](auto& sum, auto from, auto to) { sum += to > from ? to - from : 0; };
  if (const auto* x = std::get_if<media::opened>(&what)) {
    facts.video = x->video;
    facts.audio = x->audio;
    facts.codecs = x->codecs;
    facts.width = x->width;
    facts.height = x->height;
    transport->opened(x->transport == "udp" ? config::transport::udp : config::transport::tcp);
  } else if (const auto* y = std::get_if<media::progress>(&what)) {
    add(facts.frames, last_progress.frames, y->frames);
    add(facts.bytes, last_progress.bytes, y->bytes);
    add(facts.keyframes, last_progress.keyframes, y->keyframes);
    add(facts.discontinuities, last_progress.discontinuities, y->discontinuities);
    add(facts.worker_cpu_s, last_progress.cpu_s, y->cpu_s);
    const auto& made_before = last_progress.renditions;
    add(facts.renditions_made, made_before.made, y->renditions.made);
    add(facts.renditions_skipped, made_before.skipped, y->renditions.skipped);
    add(facts.renditions_damaged, made_before.damaged, y->renditions.damaged);
    last_progress = *y;
    signs.take(*y, self->clock().now());
    facts.usual_fps = signs.frame_rate().usual().value_or(0);
    facts.usual_bitrate_bps = signs.bit_rate().usual().value_or(0);
    facts.frame_rate_off = signs.frame_rate().off();
    facts.bit_rate_off = signs.bit_rate().off();
    facts.fps = y->fps;
    facts.gop_s = y->gop_s;
    facts.bitrate_bps = static_cast<std::uint64_t>(y->bitrate_bps);
    if (y->width > 0) {
      facts.width = y->width;
      facts.height = y->height;
    }
    facts.last_access_unit = now;
    if (y->keyframes > 0)
      facts.last_keyframe = now - std::chrono::duration_cast<std::chrono::milliseconds>(
                                    std::chrono::duration<double>(y->keyframe_age_s));
  } else if (const auto* v = std::get_if<media::picture_judged>(&what)) {
    add(facts.pictures_judged, last_verdict.decoded + last_verdict.undecodable,
        v->decoded + v->undecodable);
    add(facts.pictures_dropped, last_verdict.dropped, v->dropped);
    add(facts.picture_cpu_s, last_verdict.cpu_s, v->cpu_s);
    last_verdict = *v;
  } else if (std::holds_alternative<media::segment_published>(what)) {
    ++facts.segments;
    facts.last_segment = now;
    facts.last_segment_steady = self->clock().now();
  } else if (const auto* w = std::get_if<media::confined>(&what)) {
    facts.sandboxed = w->enforced;
  } else if (const auto* z = std::get_if<media::worker_sampled>(&what)) {
    facts.worker_memory_bytes = z->memory_bytes;
  } else if (std::holds_alternative<media::worker_exited>(what)) {
    facts.worker_memory_bytes = 0;
    facts.frame_rate_off = facts.bit_rate_off = false;
  }
}

/// Measures faults and returns, and makes an event of what an operator wants to know. That the next
/// try begins is none: the failure before it names the time.
void stream_state::observe_transition(phase before, bool failed_now,
                                      std::optional<time_point> last_unit, time_point now) {
  auto after = machine->phase();
  auto wall_now = std::chrono::system_clock::now();
  auto resting = [](phase x) { return x == phase::idle || x == phase::disabled; };
  since = before == after ? since : wall_now;
  if (after == phase::live || resting(after))
    down_since.reset();
  else if (!down_since)
    down_since = before == phase::live ? facts.last_access_unit.value_or(wall_now) : wall_now;
  camera_event what{.before = before, .after = after};
  if (failed_now) {
    what.reason = machine->reason();
    what.detail = machine->detail();
    what.attempts = machine->attempts();
    what.wait_s = to_seconds(machine->planned_wait());
    if (transport->failed(what.reason, before == phase::live))
      what.detail +=
        transport->present() == config::transport::tcp ? "; TCP comes next" : "; UDP comes next";
    if (what.reason == reason::auth)
      tell_login(false);
    if (before == phase::live) {
      fault_at = now;
      if (last_unit) {
        what.detection_s = to_seconds(now - *last_unit);
        context->metrics->detection(*what.detection_s);
      }
    }
  } else if (after == phase::live && before != phase::live) {
    context->metrics->time_to_first_frame(to_seconds(now - launched_at));
    what.detail = "first picture after " + fmt::format("{:.1f} s", to_seconds(now - launched_at));
    if (fault_at) {
      what.recovery_s = to_seconds(now - *fault_at);
      context->metrics->recovery(*what.recovery_s);
    }
    fault_at.reset();
  } else if (before == after || before == phase::disabled ||
             !(before == phase::idle || resting(after))) {
    return; // Leaving `disabled` is an order, or the start of the server.
  }
  if (resting(after))
    fault_at.reset(); // Switched off or not wanted: what follows is no recovery.
  auto level = what.reason == reason::none ? spdlog::level::info : spdlog::level::warn;
  tell_history(std::move(what), level);
}

void stream_state::tell_history(camera_event what, spdlog::level::level_enum level) {
  if (leaving)
    return; // The change of the configuration is the event.
  what.at = std::chrono::system_clock::now();
  what.stream = stream_name;
  spdlog::log(level, "camera {}/{}: {}", camera.id, stream_name, to_line(what));
  if (auto board = find_actor(self->system(), board_name))
    self->send(board, event_happened{camera.id, std::move(what)});
}

/// Makes events of what looks odd, or does no more; returns whether there were any.
bool stream_state::tell_signs(time_point now) {
  auto phase = machine->phase();
  if (phase == phase::idle || phase == phase::disabled)
    signs.forget();
  auto all = signs.changes(phase == phase::live, machine->conditions(), now);
  for (auto& x : all)
    tell_history({.before = phase,
                  .after = phase,
                  .detail = std::move(x.detail),
                  .sign = std::move(x.sign),
                  .holds = x.holds},
                 x.serious ? spdlog::level::warn : spdlog::level::info);
  return !all.empty();
}

void stream_state::report(bool changed) {
  auto now = self->clock().now();
  if (!changed && now - reported_at < report_period)
    return;
  reported_at = now;
  self->send(parent, status());
}

stream_status stream_state::status() const {
  auto steady = self->clock().now();
  stream_status out{.stream = facts,
                    .since = since,
                    .down_since = down_since,
                    .reason = machine->reason(),
                    .detail = machine->detail(),
                    .attempts = machine->attempts(),
                    .backoff_s = to_seconds(machine->backoff()),
                    .restarts = machine->restarts(),
                    .connect_failures = machine->connect_failures()};
  out.stream.status = machine->phase();
  for (const auto& x : machine->conditions())
    out.conditions.push_back(
      {.what = x.what,
       .since = std::chrono::system_clock::now() -
                std::chrono::duration_cast<wall_time::duration>(steady - x.since)});
  if (auto at = machine->next_try())
    out.next_try = std::chrono::system_clock::now() +
                   std::chrono::duration_cast<std::chrono::milliseconds>(*at - steady);
  return out;
}

void stream_state::arm() {
  auto at = machine->deadline();
  // A timer that is early finds nothing to do and arms the next; so most facts cost none.
  if (!at || (armed_for && *armed_for <= *at))
    return;
  armed_for = at;
  auto wait = std::max(*at - self->clock().now(), duration::zero());
  self->delayed_send(self, wait, wake{});
}

caf::behavior stream(caf::stateful_actor<stream_state>* self,
                     std::shared_ptr<const wall_context> context, config::camera camera,
                     std::string stream_name, bool on_demand, caf::actor parent) {
  return self->state.make_behavior(std::move(context), std::move(camera), std::move(stream_name),
                                   on_demand, std::move(parent));
}

} // namespace camwall
