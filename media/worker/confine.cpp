#include "media/worker/confine.hpp"

#include "media/worker/sandbox.hpp"

#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>

namespace camwall::media {

namespace {

constexpr rlim_t files_max = 64;
constexpr rlim_t file_bytes_max = 256UL * 1024 * 1024;

void limit(__rlimit_resource what, rlim_t to) noexcept {
  rlimit both{.rlim_cur = to, .rlim_max = to};
  ::setrlimit(what, &both);
}

} // namespace

bool confine_clone(pid_t parent) noexcept {
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  // It may have died before the signal was asked for.
  if (::getppid() != parent)
    return false;
  ::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
  ::prctl(PR_SET_DUMPABLE, 0);
  limit(RLIMIT_CORE, 0);
  limit(RLIMIT_NOFILE, files_max);
  return true;
}

void confine(std::uint32_t memory_mb) noexcept {
  limit(RLIMIT_FSIZE, file_bytes_max);
  if (!sanitized && memory_mb > 0)
    limit(RLIMIT_DATA, rlim_t{memory_mb} * 1024 * 1024);
}

} // namespace camwall::media
