#include "cli/service_manager.hpp"

#include <systemd/sd-daemon.h>

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

void service_manager::stopping() {
  sd_notify(0, "STOPPING=1");
}

void service_manager::alive() {
  sd_notify(0, "WATCHDOG=1");
}

} // namespace camwall::cli
