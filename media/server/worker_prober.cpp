#include "media/server/worker_prober.hpp"

#include "core/redact.hpp"
#include "media/server/probe_address.hpp"
#include "media/server/probe_advice.hpp"
#include "media/server/stderr_ring.hpp"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <atomic>
#include <map>
#include <optional>
#include <type_traits>
#include <utility>

namespace camwall::media {

namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

double seconds(steady_clock::duration x) {
  return std::chrono::duration<double>(x).count();
}

probe_report report_of(const probed& x) {
  return {.reason = x.why,
          .detail = x.detail,
          .transport = x.transport,
          .video = x.video,
          .profile = x.profile,
          .level = x.level,
          .audio = x.audio,
          .codecs = x.codecs,
          .width = x.width,
          .height = x.height,
          .fps = x.fps,
          .gop_s = x.gop_s,
          .bitrate_bps = x.bitrate_bps,
          .b_frames = x.b_frames,
          .first_picture_s = x.first_picture_s,
          .watched_s = x.watched_s,
          .clock_ahead_s = x.clock_ahead_s};
}

/// For terminals, too: a camera may have had a hand in it.
std::string plain_text(std::string_view text) {
  std::string out{text};
  std::replace_if(
    out.begin(), out.end(), [](unsigned char c) { return c < 0x20 || c > 0x7e; }, '?');
  return out;
}

probe_report refusal(reason why, std::string detail, std::string shown_url = {}) {
  return {.reason = why, .detail = std::move(detail), .shown_url = std::move(shown_url)};
}

} // namespace

/// The probes that run. For the media I/O thread.
class worker_prober::desk : public std::enable_shared_from_this<desk> {
public:
  using done_function = std::function<void(probe_report)>;

  desk(live_hub::thread where, probe_launch launch, prober_options options)
    : thread_(std::move(where)), launch_(std::move(launch)), options_(std::move(options)) {
    // nop
  }

  void post(std::function<void()> job) const {
    thread_.post(std::move(job));
  }

  probe_id next_id() noexcept { // From any thread.
    return ++last_id_;
  }

  void begin(probe_id id, const probe_request& what, done_function done);
  void cancel(probe_id id);

private:
  struct running {
    worker_handle_ptr worker;
    std::string peer;
    std::string transport;
    std::string password;
    std::string shown_url;
    steady_clock::time_point since;
    milliseconds deadline{};
    event_loop::timer_id timer = 0;
    std::optional<probe_report> found; ///< Said by the worker, which has not ended yet.
    done_function done;
  };

  struct leaving {
    worker_handle_ptr worker;
    event_loop::timer_id timer = 0;
  };

  bool admit(const std::string& peer);
  void take(probe_id id, const worker_event& event);
  void expire(probe_id id);
  void finish(probe_id id, probe_report report);
  void dismiss(probe_id id, worker_handle_ptr worker);
  void forget(probe_id id);

  live_hub::thread thread_;
  probe_launch launch_;
  prober_options options_;
  std::atomic<probe_id> last_id_ = 0;
  std::map<probe_id, running> running_;
  std::map<probe_id, leaving> leaving_; ///< Workers of cancelled probes: `probes_max` of them.
};

bool worker_prober::desk::admit(const std::string& peer) {
  auto same = std::count_if(running_.begin(), running_.end(),
                            [&](const auto& x) { return x.second.peer == peer; });
  bool full = running_.size() >= options_.probes_max ||
              static_cast<std::size_t>(same) >= options_.probes_per_peer_max;
  if (full && options_.on_limit)
    options_.on_limit("probes");
  return !full;
}

void worker_prober::desk::begin(probe_id id, const probe_request& what, done_function done) {
  auto address = check_probe_address(what.url);
  if (!address)
    return done(refusal(reason::config, address.error()));
  if (what.transport != "tcp" && what.transport != "udp")
    return done(refusal(reason::config, "the transport is neither tcp nor udp", address->shown));
  if (!admit(address->peer))
    return done(refusal(reason::busy,
                        "too many probes run at this moment, of all or of this camera; try again "
                        "in a few seconds",
                        address->shown));
  auto deadline = std::clamp(what.deadline, deadline_min, deadline_max);
  // Of the worker, which would be killed at the deadline.
  auto has_its_say = std::max<milliseconds>(deadline - farewell_deadline, deadline / 2);
  auto& x = running_[id];
  x.peer = address->peer;
  x.transport = what.transport;
  x.password = password_of(what.url);
  x.shown_url = address->shown;
  x.since = steady_clock::now();
  x.deadline = deadline;
  x.done = std::move(done);
  auto self = shared_from_this();
  x.timer = thread_.call_after(deadline, [self, id] { self->expire(id); });
  x.worker = launch_({.url = what.url,
                      .transport = what.transport,
                      .deadline_s = seconds(has_its_say),
                      .memory_mb = options_.memory_mb,
                      .sandbox_required = options_.sandbox_required},
                     // Not from within this call: the launcher tells on the thread's next turn.
                     [self, id](const worker_event& event) { self->take(id, event); });
}

void worker_prober::desk::take(probe_id id, const worker_event& event) {
  auto i = running_.find(id);
  if (i == running_.end()) {
    if (std::holds_alternative<worker_exited>(event))
      forget(id);
    return;
  }
  auto& x = i->second;
  if (const auto* y = std::get_if<probed>(&event)) {
    x.found = report_of(*y);
  } else if (const auto* z = std::get_if<failed>(&event)) {
    x.found = refusal(z->why, z->detail);
  } else if (const auto* end = std::get_if<worker_exited>(&event)) {
    auto how = end->signalled ? reason::killed : reason::crashed;
    finish(id, x.found ? std::move(*x.found) : refusal(how, end->detail));
  }
}

void worker_prober::desk::expire(probe_id id) {
  auto i = running_.find(id);
  if (i == running_.end())
    return;
  auto& x = i->second;
  x.worker->kill();
  finish(id, x.found
               ? std::move(*x.found)
               : refusal(reason::timeout, "nothing was found out within " +
                                            std::to_string(x.deadline.count() / 1000) + " s"));
}

void worker_prober::desk::finish(probe_id id, probe_report report) {
  auto x = std::move(running_.extract(id).mapped());
  thread_.cancel(x.timer);
  report.detail = plain_text(redact_secret(redact(report.detail), x.password));
  report.shown_url = std::move(x.shown_url);
  report.took_s = seconds(steady_clock::now() - x.since);
  report.plays = plays_where(report);
  report.advices = advise(report, x.transport);
  if (report.reason == reason::none)
    spdlog::info("probe of {}: {} {}x{}", report.shown_url, report.video, report.width,
                 report.height);
  else
    spdlog::info("probe of {}: {} ({})", report.shown_url, report.detail, to_string(report.reason));
  x.done(std::move(report));
}

void worker_prober::desk::cancel(probe_id id) {
  auto found = running_.extract(id);
  if (!found)
    return;
  auto x = std::move(found.mapped());
  thread_.cancel(x.timer);
  spdlog::info("probe of {}: cancelled", x.shown_url);
  dismiss(id, std::move(x.worker));
}

/// A small camera has room for few sessions: it is told that this one is over, and not left to
/// notice. Whoever cancels faster than workers end finds them killed.
void worker_prober::desk::dismiss(probe_id id, worker_handle_ptr worker) {
  if (leaving_.size() >= options_.probes_max)
    return worker->kill();
  worker->stop();
  auto timer = thread_.call_after(farewell_deadline, [self = shared_from_this(), id] {
    if (auto found = self->leaving_.extract(id))
      found.mapped().worker->kill();
  });
  leaving_.emplace(id, leaving{std::move(worker), timer});
}

void worker_prober::desk::forget(probe_id id) {
  if (auto found = leaving_.extract(id))
    thread_.cancel(found.mapped().timer);
}

worker_prober::worker_prober(live_hub::thread where, probe_launch launch, prober_options options)
  : desk_(std::make_shared<desk>(std::move(where), std::move(launch), std::move(options))) {
  // nop
}

camera_prober::probe_id worker_prober::probe(probe_request what,
                                             std::function<void(probe_report)> done) {
  auto id = desk_->next_id();
  desk_->post([to = desk_, id, request = std::move(what), tell = std::move(done)]() mutable {
    to->begin(id, request, std::move(tell));
  });
  return id;
}

void worker_prober::cancel(probe_id which) {
  desk_->post([to = desk_, which] { to->cancel(which); });
}

} // namespace camwall::media
