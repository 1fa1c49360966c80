#pragma once

#include <future>

namespace camwall::media {

/// From now on SIGSYS, which a trapped system call raises, prints `sandbox refuses syscall
/// <number>` and ends the process by SIGSYS.
void name_refused_calls() noexcept;

/// Lets refused calls pass and prints `sandbox would refuse syscall <number>`, once for each
/// number. Its thread lives as long as the process. For tests.
class refusal_listener {
public:
  /// Makes the thread, outside of a filter that is loaded afterwards.
  void start();

  /// Gives it the descriptor of the filter's notifications (seccomp_unotify(2)).
  void listen(int notifications);

private:
  std::promise<int> descriptor_;
};

} // namespace camwall::media
