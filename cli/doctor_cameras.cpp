#include "cli/doctor_cameras.hpp"

#include "cli/install.hpp"
#include "cli/probe_turns.hpp"
#include "media/server/worker_prober.hpp"
#include "media/server/zygote_launcher.hpp"

#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <array>
#include <condition_variable>
#include <mutex>
#include <optional>
#include <utility>

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
      return "mend the login, and use --no-cameras until then: "
             "cameras lock their users out after a few tries";
    case reason::not_found:
      return "mend the path of the address; the templates know those of many brands";
    default:
      return "camwall probe with its address says more";
  }
}

finding not_tried(const config::camera& camera, const config::camera& refused) {
  return {.check = "camera",
          .verdict = verdict::warn,
          .detail = fmt::format("{}: not tried: its host refused the same user for {}", camera.id,
                                refused.id),
          .mend = fmt::format("mend the login of {} first, then look again: each further try could "
                              "lock the account",
                              refused.id)};
}

/// Asks all cameras, `at_once` of them at a time; the reports come from the prober's thread.
class round {
public:
  round(const config::wall& wall, camera_prober& prober)
    : cameras_(wall.cameras), prober_(prober), turns_(wall.cameras), reports_(cameras_.size()) {
    // nop
  }

  std::vector<finding> go(std::size_t at_once) {
    for (std::size_t running = 0;;) {
      for (; running < at_once; ++running)
        if (auto i = turns_.next())
          ask(*i);
        else
          break;
      if (running == 0)
        return findings();
      auto [i, report] = wait_for_answer();
      --running;
      turns_.end(i, report.reason);
      reports_[i] = std::move(report);
    }
  }

private:
  using answer = std::pair<std::size_t, probe_report>;

  /// The prober may answer before it returns.
  void ask(std::size_t i) {
    const auto& camera = cameras_[i];
    prober_.probe({.url = probed_url(camera),
                   .transport = camera.transport == config::transport::udp ? "udp" : "tcp",
                   .deadline = probe_deadline},
                  [this, i](probe_report x) {
                    std::lock_guard guard{mutex_};
                    answers_.emplace_back(i, std::move(x));
                    answered_.notify_one();
                  });
  }

  answer wait_for_answer() {
    std::unique_lock lock{mutex_};
    answered_.wait(lock, [this] { return !answers_.empty(); });
    auto out = std::move(answers_.back());
    answers_.pop_back();
    return out;
  }

  std::vector<finding> findings() const {
    std::vector<finding> out;
    for (std::size_t i = 0; i < cameras_.size(); ++i)
      if (reports_[i])
        out.push_back(judge_camera(cameras_[i], *reports_[i]));
      else if (auto by = turns_.refused_by(i))
        out.push_back(not_tried(cameras_[i], cameras_[*by]));
    return out;
  }

  const std::vector<config::camera>& cameras_;
  camera_prober& prober_;
  probe_turns turns_;
  std::vector<std::optional<probe_report>> reports_; // Of cameras that were asked.
  std::mutex mutex_;
  std::condition_variable answered_;
  std::vector<answer> answers_; // Guarded by mutex_.
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

std::vector<finding> look_at_cameras(const config::wall& x, camera_prober& prober,
                                     std::size_t at_once) {
  return round{x, prober}.go(at_once);
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
  auto out = look_at_cameras(x, prober, at_once);
  launcher.shut_down(farewell);
  return out;
}

} // namespace camwall::cli
