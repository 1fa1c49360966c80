#pragma once

#include <tl/expected.hpp>

#include <string>

namespace camwall::media {

enum class refused_call {
  ends,   ///< By SIGSYS, after a line on stderr that names the system call.
  passes, ///< After such a line, the first time. For tests: finds what the list lacks.
};

/// Lets this thread, and those that it starts, call the kernel for what a worker needs only: see
/// `enter_sandbox`. The error is one sentence.
tl::expected<void, std::string> restrict_calls(refused_call what);

} // namespace camwall::media
