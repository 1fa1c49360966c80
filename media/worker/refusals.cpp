#include "media/worker/refusals.hpp"

#include <linux/seccomp.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <array>
#include <bitset>
#include <cerrno>
#include <charconv>
#include <csignal>
#include <cstring>
#include <string_view>
#include <thread>

namespace camwall::media {

namespace {

constexpr std::size_t calls_max = 1024;

/// Prints `text`, the number and a line break with one write, and nothing that a signal handler may
/// not do.
void print(std::string_view text, int number) noexcept {
  std::array<char, 64> line{};
  auto* end = line.data() + text.copy(line.data(), line.size() - 16);
  end = std::to_chars(end, end + 12, number).ptr;
  *end++ = '\n';
  [[maybe_unused]] auto n =
    ::write(STDERR_FILENO, line.data(), static_cast<std::size_t>(end - line.data()));
}

void on_refused(int, siginfo_t* info, void*) noexcept {
  print("sandbox refuses syscall ", info->si_syscall);
  // The filter answers this one by killing the process, which thus ends by the signal that says
  // why.
  ::syscall(SYS_rt_sigaction, SIGSYS, nullptr, nullptr, sizeof(std::uint64_t));
  ::_exit(128 + SIGSYS);
}

void pass_and_print(std::future<int> where) {
  // The promise is broken when there came to be no filter.
  int notifications = -1;
  try {
    notifications = where.get();
  } catch (const std::future_error&) {
    return;
  }
  std::bitset<calls_max> seen;
  while (true) {
    seccomp_notif call{};
    if (::ioctl(notifications, SECCOMP_IOCTL_NOTIF_RECV, &call) != 0) {
      if (errno == EINTR || errno == ENOENT)
        continue;
      return;
    }
    auto number = static_cast<std::size_t>(call.data.nr);
    if (number < calls_max && !seen[number]) {
      seen.set(number);
      print("sandbox would refuse syscall ", call.data.nr);
    }
    seccomp_notif_resp answer{
      .id = call.id, .val = 0, .error = 0, .flags = SECCOMP_USER_NOTIF_FLAG_CONTINUE};
    ::ioctl(notifications, SECCOMP_IOCTL_NOTIF_SEND, &answer);
  }
}

} // namespace

void name_refused_calls() noexcept {
  struct sigaction x {};
  x.sa_sigaction = on_refused;
  x.sa_flags = SA_SIGINFO;
  ::sigaction(SIGSYS, &x, nullptr);
}

void refusal_listener::start() {
  std::thread{pass_and_print, descriptor_.get_future()}.detach();
}

void refusal_listener::listen(int notifications) {
  descriptor_.set_value(notifications);
}

} // namespace camwall::media
