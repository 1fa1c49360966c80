#include "cli/service_manager.hpp"

#include <systemd/sd-daemon.h>
#include <time.h>

#include <cstdint>

namespace camwall::cli {

service_manager::service_manager() {
  std::uint64_t period_us = 0;
  if (sd_watchdog_enabled(0, &period_us) > 0)
    watchdog_period_ = std::chrono::microseconds{period_us};
}

void service_manager::ready(const std::string& status) {
  sd_notify(0, ("READY=1\nSTATUS=" + status).c_str());
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
}

void service_manager::alive() {
  sd_notify(0, "WATCHDOG=1");
}

} // namespace camwall::cli
