#pragma once

#include "cli/descriptor_limit.hpp"
#include "config/schema.hpp"

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace camwall::cli {

enum class verdict : std::uint8_t { ok, warn, bad };

std::string_view to_string(verdict x) noexcept;

/// One line of the doctor's report.
struct finding {
  std::string check; ///< A stable word of docs/reference/cli.md: `kernel`, `clock`, `camera`, ….
  cli::verdict verdict = cli::verdict::ok;
  std::string detail; ///< What was found, in one sentence; holds no secret.
  std::string mend;   ///< What to do about it; empty when all is well.
};

// Each looks at one thing of this machine, changes nothing, and never throws for what it may find.

/// What workers are enclosed with: Landlock and filters of system calls.
finding look_at_sandbox(const config::wall& x);

/// What the server watches its workers with (Linux 5.3).
finding look_at_pidfd();

/// Whether the limit is enough for viewers and workers of this configuration.
finding look_at_descriptors(const config::wall& x, const descriptor_limit& limit);

/// `hls.directory`: memory or a disk, may we write, is there room.
finding look_at_output(const config::wall& x);

/// `state_dir`: may we write, is there room.
finding look_at_state(const config::wall& x);

/// Whether something keeps the clock right: times of events, sessions and links need it.
finding look_at_clock();

/// All addresses that the server listens on: free, or used by a server that answers.
std::vector<finding> look_at_ports(const config::wall& x);

/// Whether the parts of the program are where it looks for them.
finding look_at_install();

} // namespace camwall::cli
