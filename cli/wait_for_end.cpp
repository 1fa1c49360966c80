#include "cli/wait_for_end.hpp"

#include "cli/configuration.hpp"
#include "cli/process.hpp"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <utility>
#include <vector>

namespace camwall::cli {

namespace {

/// The manager hears of the begin and, from the thread that reads, of the end.
void reload(running_wall& wall, service_manager& manager, const std::string& status) {
  manager.reloading();
  wall.catalogue().reload_for(
    "signal", [&manager, status](const camera_catalogue::reload_result& result) {
      manager.ready(result ? status : status + "; the configuration's files have errors");
    });
}

} // namespace

int wait_for_end(running_wall& wall, service_manager& manager, const std::string& status) {
  // Two checks may fail, or come late, before the watchdog's patience ends.
  auto period = manager.watchdog_period() / 4;
  auto whole = std::chrono::duration_cast<std::chrono::seconds>(period);
  timespec wait{whole.count(), std::chrono::nanoseconds{period - whole}.count()};
  auto watched = period.count() > 0;
  auto signals = ending_signals();
  sigaddset(&signals, reload_signal);
  auto contains = [](const std::vector<std::string>& all, const std::string& x) {
    return std::find(all.begin(), all.end(), x) != all.end();
  };
  std::vector<std::string> silent;
  std::vector<std::string> told;
  for (;;) {
    auto signal = sigtimedwait(&signals, nullptr, watched ? &wait : nullptr);
    if (signal == reload_signal)
      reload(wall, manager, status);
    else if (signal > 0)
      return signal;
    if (signal > 0)
      continue;
    if (errno != EAGAIN)
      continue;
    auto now_silent = wall.silent_parts();
    for (const auto& x : now_silent)
      if (contains(silent, x) && !contains(told, x)) { // Once may be a machine that is busy.
        spdlog::critical("{} does not answer; the watchdog is not told that all is well", x);
        told.push_back(x);
      }
    silent = std::move(now_silent);
    if (silent.empty()) {
      told.clear();
      manager.alive();
    }
  }
}

} // namespace camwall::cli
