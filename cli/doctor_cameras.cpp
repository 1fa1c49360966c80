#include "cli/doctor_cameras.hpp"

#include "cli/install.hpp"
#include "media/server/worker_prober.hpp"
#include "media/server/zygote_launcher.hpp"

#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <array>
#include <condition_variable>
#include <mutex>
#include <optional>

namespace camwall::cli {

namespace {

/// Cameras with keyframes far apart need more than the usual ten seconds to show two.
constexpr std::chrono::milliseconds probe_deadline{15'000};

constexpr std::chrono::milliseconds farewell{300};

constexpr std::array<std::string_view, 5> advice_worth_a_warning{"codec", "profile", "long_gop",
                                                                 "udp_only", "clock"};

std::string_view what_to_do_about(reason x) {
  switch (x) {
    case reason::dns:
      return "mend the host name, or the name server of this machine";
    case reason::refused:
    case reason::unreachable:
    case reason::timeout:
      return "is it on, is the address right, and do cable, switch and firewall let its port pass "
             "(554 "
             "where the address names none)?";
    case reason::auth:
      return "mend the login; do not try often, cameras lock their users out";
    case reason::not_found:
      return "mend the path of the address; the templates know those of many brands";
    default:
      return "camwall probe with its address says more";
  }
}

/// Cameras in turn, `at_once` of them at a time; the reports come from the prober's thread.
class round {
public:
  round(const config::wall& wall, camera_prober& prober) : wall_(wall), prober_(prober) {
    reports_.resize(wall.cameras.size());
  }

  std::vector<finding> go(std::size_t at_once) {
    std::size_t next = 0;
    std::unique_lock lock{mutex_};
    while (next < reports_.size() || running_ > 0) {
      while (next < reports_.size() && running_ < at_once)
        begin(next++, lock);
      changed_.wait(lock, [&] { return running_ < at_once; });
      if (next == reports_.size())
        changed_.wait(lock, [&] { return running_ == 0; });
    }
    std::vector<finding> out;
    for (std::size_t i = 0; i < reports_.size(); ++i)
      if (reports_[i])
        out.push_back(judge_camera(wall_.cameras[i], *reports_[i]));
    return out;
  }

private:
  /// The prober may answer before it returns.
  void begin(std::size_t i, std::unique_lock<std::mutex>& lock) {
    const auto& camera = wall_.cameras[i];
    if (!camera.enabled)
      return;
    ++running_;
    lock.unlock();
    prober_.probe({.url = camera.sub_url.empty() ? camera.url : camera.sub_url,
                   .transport = camera.transport == config::transport::udp ? "udp" : "tcp",
                   .deadline = probe_deadline},
                  [this, i](probe_report x) {
                    std::lock_guard guard{mutex_};
                    reports_[i] = std::move(x);
                    --running_;
                    changed_.notify_all();
                  });
    lock.lock();
  }

  const config::wall& wall_;
  camera_prober& prober_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::size_t running_ = 0;                          // Guarded by mutex_, as the next.
  std::vector<std::optional<probe_report>> reports_; // Those of cameras that are off stay empty.
};

} // namespace

finding judge_camera(const config::camera& camera, const probe_report& found) {
  finding out{.check = "camera"};
  if (found.reason != reason::none) {
    out.verdict = verdict::bad;
    out.detail = fmt::format("{}: {}: {}", camera.id, to_string(found.reason), found.detail);
    out.mend = what_to_do_about(found.reason);
    return out;
  }
  out.detail =
    fmt::format("{}: {} {}x{}, {:.0f} pictures/s, first after {:.1f} s", camera.id, found.video,
                found.width, found.height, found.fps, found.first_picture_s);
  for (const auto& x : found.advices)
    if (std::find(advice_worth_a_warning.begin(), advice_worth_a_warning.end(), x.code) !=
        advice_worth_a_warning.end()) {
      out.verdict = verdict::warn;
      out.mend += (out.mend.empty() ? "" : " ") + x.text;
    }
  return out;
}

std::vector<finding> look_at_cameras(const config::wall& x) {
  std::size_t at_once = x.limits.connecting_per_host_max;
  media::zygote_launcher launcher{{.worker_program = find_install().programs / "camwall-worker"},
                                  // The probes themselves tell that there is no worker.
                                  [](const std::string& why) { spdlog::debug("{}", why); }};
  media::worker_prober prober{
    launcher.io_thread(),
    [&launcher](media::probe_order order, std::function<void(media::worker_event)> sink) {
      return launcher.launch_probe(std::move(order), std::move(sink));
    },
    {.probes_max = at_once,
     .probes_per_peer_max = at_once,
     .memory_mb = x.limits.worker_memory_mb,
     .sandbox_required = x.sandbox == config::sandbox_mode::required}};
  launcher.start_zygote();
  auto out = round{x, prober}.go(at_once);
  launcher.shut_down(farewell);
  return out;
}

} // namespace camwall::cli
