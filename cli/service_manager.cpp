#include "cli/service_manager.hpp"

#include "cli/commands.hpp"
#include "config/interpolation.hpp"

#include <poll.h>
#include <signal.h>
#include <sys/time.h>
#include <systemd/sd-daemon.h>
#include <time.h>
#include <unistd.h>

#include <cstdint>
#include <string_view>

namespace camwall::cli {

namespace {

/// Whoever hangs may hold any lock, and the log may be what hangs: only what signal-safety(7)
/// lists, and nothing that waits.
void end_at_once(int) {
  constexpr std::string_view why = "camwall was silent for too long: its own watchdog ends it\n";
  pollfd err{.fd = STDERR_FILENO, .events = POLLOUT, .revents = 0};
  if (poll(&err, 1, 0) == 1 && write(STDERR_FILENO, why.data(), why.size()) < 0)
    _exit(exit_failed); // It could not be told either.
  _exit(exit_failed);
}

/// The alarm rings then, unless it is set again; never at 0.
void set_alarm(std::chrono::microseconds x) {
  auto whole = std::chrono::duration_cast<std::chrono::seconds>(x);
  itimerval timer{};
  timer.it_value.tv_sec = whole.count();
  timer.it_value.tv_usec = (x - whole).count();
  setitimer(ITIMER_REAL, &timer, nullptr);
}

} // namespace

service_manager::service_manager() {
  std::uint64_t period_us = 0;
  if (sd_watchdog_enabled(0, &period_us) > 0)
    watchdog_period_ = std::chrono::microseconds{period_us};
  ours_ = period_us > 0 && !config::process_environment()("NOTIFY_SOCKET");
  if (ours_) {
    struct sigaction how {};
    how.sa_handler = end_at_once;
    sigaction(SIGALRM, &how, nullptr);
  }
}

void service_manager::ready(const std::string& status) {
  sd_notify(0, ("READY=1\nSTATUS=" + status).c_str());
  if (ours_)
    set_alarm(watchdog_period_);
}

void service_manager::reloading() {
  timespec now{};
  clock_gettime(CLOCK_MONOTONIC, &now);
  auto us = static_cast<std::uint64_t>(now.tv_sec) * 1'000'000 +
            static_cast<std::uint64_t>(now.tv_nsec) / 1'000;
  sd_notify(0, ("RELOADING=1\nMONOTONIC_USEC=" + std::to_string(us)).c_str());
}

void service_manager::stopping() {
  sd_notify(0, "STOPPING=1");
  if (ours_)
    set_alarm({}); // The end has deadlines of its own.
}

void service_manager::alive() {
  sd_notify(0, "WATCHDOG=1");
  if (ours_)
    set_alarm(watchdog_period_);
}

} // namespace camwall::cli
