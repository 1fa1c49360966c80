#pragma once

#include <tl/expected.hpp>

#include <string>

namespace camwall::media {

/// The memory of a sanitizer's shadow counts as a worker's own, and its reports read /proc and run
/// other programs: such a build has neither a memory ceiling nor a sandbox, and says so.
inline constexpr bool sanitized =
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
  true;
#else
  false;
#endif

/// The environment variable, for tests only, whose value `log` lets every system call pass and
/// prints those that the sandbox would refuse: `sandbox would refuse syscall 41`.
inline constexpr const char* sandbox_variable = "CAMWALL_TEST_SANDBOX";

/// Loads the modules that the C library looks names up with (nsswitch.conf(5)). Inside the sandbox
/// nothing can be loaded any more; a module that is absent then is left out of a look-up.
void load_name_services() noexcept;

/// Encloses this process, which must have one thread and no_new_privs, and the threads that it
/// starts, for good:
///
/// - Files: writes, creates, renames and deletes in `folder` (empty: nowhere); reads the resolver's
/// files and
///   /dev/urandom. All else is EACCES (Landlock; landlock(7)).
/// - System calls: those that a worker needs. Any other ends the process by SIGSYS, after
///   `sandbox refuses syscall <number>` on stderr (seccomp(2)). Sockets are IP streams and
///   datagrams and never listen; memory is never made executable; threads, but no processes.
///
/// Does nothing when `sandbox_variable` asks for that, or in a sanitized build. Returns whether
/// both halves are in force now; or, as the error, one sentence that says what the kernel lacks:
/// then the process may be enclosed by half.
tl::expected<bool, std::string> enter_sandbox(const std::string& folder);

} // namespace camwall::media
