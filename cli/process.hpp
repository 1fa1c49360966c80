#pragma once

#include "core/unique_fd.hpp"

#include <signal.h>

#include <chrono>
#include <filesystem>
#include <string>
#include <vector>

namespace camwall::cli {

/// Ends the process in an orderly way: SIGINT, SIGTERM.
sigset_t ending_signals();

/// Blocks them in this thread and all that it starts, so that `sigwait` gets them; ignores SIGPIPE.
void block_ending_signals();

/// Makes the server read its configuration again.
inline constexpr int reload_signal = SIGHUP;

/// Blocks it in this thread and all that it starts.
void block_signal(int number);

/// From now on the next of them ends the process at once.
void unblock_ending_signals();

/// No core file, and none of our memory in one that a handler takes nevertheless: it would hold
/// passwords.
void forbid_core_dumps();

/// Raises the soft limit on open descriptors to the hard one: `limits.connections_max` needs more
/// than the usual 1024.
void raise_descriptor_limit();

/// Takes the lock of `state_dir`, so that no second server writes there. Invalid when another one
/// has it.
unique_fd lock_folder(const std::filesystem::path& state_dir);

/// A program that lives only as long as this object.
class child_process {
public:
  /// Starts `argv[0]` with its stdout in `out`. Throws std::system_error.
  explicit child_process(std::vector<std::string> argv);

  /// SIGTERM, and SIGKILL after two seconds.
  ~child_process();

  child_process(const child_process&) = delete;
  child_process& operator=(const child_process&) = delete;

  /// The next line of its stdout without the line feed; empty at its end or when `deadline` passed.
  std::string read_line(std::chrono::milliseconds deadline);

private:
  int pid_ = 0;
  unique_fd out_;
  std::string buffer_;
};

} // namespace camwall::cli
