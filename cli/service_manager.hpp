#pragma once

#include <chrono>
#include <string>

namespace camwall::cli {

/// The service manager (systemd) that started us, over the datagram socket that NOTIFY_SOCKET names
/// (sd_notify(3)). Without one nobody is told anything; where WATCHDOG_USEC is set all the same, as
/// in a container, we are our own watchdog: a timer of the kernel ends the process when it was not
/// alive for so long, with `exit_failed`, for whoever starts it again. One object of a process.
class service_manager {
public:
  service_manager();

  /// The server answers; `status` is one line for people.
  void ready(const std::string& status);

  /// The configuration is being read again; `ready` tells the end.
  void reloading();

  void stopping();

  /// To be called while all is well, more often than once in `watchdog_period`, from `ready` on to
  /// `stopping`: else the manager ends us and starts us again.
  void alive();

  /// Zero when no watchdog waits for us (sd_watchdog_enabled(3)).
  std::chrono::microseconds watchdog_period() const noexcept {
    return watchdog_period_;
  }

private:
  std::chrono::microseconds watchdog_period_{0};
  bool ours_ = false; ///< The watchdog: nobody else has one.
};

} // namespace camwall::cli
