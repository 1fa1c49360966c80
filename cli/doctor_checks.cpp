#include "cli/doctor_checks.hpp"

#include "cli/http_probe.hpp"
#include "cli/install.hpp"
#include "core/errno_text.hpp"
#include "core/unique_fd.hpp"

#include <fmt/format.h>
#include <linux/landlock.h>
#include <linux/magic.h>
#include <linux/seccomp.h>
#include <sys/statfs.h>
#include <sys/syscall.h>
#include <sys/timex.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <ctime>

namespace camwall::cli {

namespace fs = std::filesystem;

namespace {

/// Descriptors of a worker in the server: socket, media channel, pidfd, stderr.
constexpr std::uint64_t descriptors_per_worker = 4;

/// Libraries, files that are served, the log.
constexpr std::uint64_t descriptors_besides = 256;

/// Times the least room at which `CamwallDiskLow` calls, too.
constexpr std::uint64_t room_factor = 4;

/// Of `state_dir`: sessions and last pictures.
constexpr std::uint64_t state_free_min_mb = 64;

/// No machine that runs this has an earlier year.
constexpr std::time_t earliest_time = 1'704'067'200; // 2024-01-01

constexpr std::chrono::milliseconds answer_deadline{1000};

/// What is there of a folder that will be made: itself, or the first of its parents.
fs::path existing_part(fs::path x) {
  std::error_code error;
  while (!fs::exists(x, error) && x.has_relative_path())
    x = x.parent_path();
  return x;
}

struct folder_finding {
  finding what;
  bool in_memory = false; ///< On tmpfs.
};

/// Whether this user may write into the folder, or make it; with the free room.
folder_finding look_at_folder(std::string check, const fs::path& folder, std::uint64_t least_mb,
                              std::uint64_t enough_mb) {
  folder_finding found{.what = {.check = std::move(check)}};
  auto& out = found.what;
  auto place = existing_part(folder);
  struct statfs disk {};
  if (::statfs(place.c_str(), &disk) != 0) {
    out.verdict = verdict::bad;
    out.detail = fmt::format("{}: {}", place.string(), errno_text(errno));
    out.mend = "make the folder, or name another one in the configuration";
    return found;
  }
  constexpr std::uint64_t mb = 1'048'576;
  auto free_mb = disk.f_bavail * static_cast<std::uint64_t>(disk.f_bsize) / mb;
  found.in_memory = disk.f_type == TMPFS_MAGIC;
  out.detail = fmt::format("{}: {} MiB free, {}", folder.string(), free_mb,
                           found.in_memory ? "in memory (tmpfs)" : "on a disk");
  if (::access(place.c_str(), W_OK | X_OK) != 0) {
    out.verdict = verdict::bad;
    out.detail = fmt::format("{}: this user may not write there", place.string());
    out.mend =
      "run this as the service's user (runuser -u camwall -- camwall doctor …), or give "
      "that user the folder";
  } else if (free_mb < least_mb) {
    out.verdict = verdict::bad;
    out.mend = fmt::format("make room: at least {} MiB, better {}", least_mb, enough_mb);
  } else if (free_mb < enough_mb) {
    out.verdict = verdict::warn;
    out.mend = fmt::format("make room: {} MiB are enough", enough_mb);
  }
  return found;
}

/// The warning for a folder that is well but lies in the wrong sort of place.
finding with_warning(folder_finding x, bool wrong_place, std::string_view mend) {
  if (x.what.verdict == verdict::ok && wrong_place) {
    x.what.verdict = verdict::warn;
    x.what.mend = mend;
  }
  return std::move(x.what);
}

finding look_at_port(const std::string& key, const std::string& address, std::uint16_t port) {
  finding out{.check = "port", .detail = fmt::format("{} {}:{} is free", key, address, port)};
  auto error = try_to_bind(address, port);
  if (error == 0)
    return out;
  if (error == EADDRINUSE && http_answers(address, port, answer_deadline)) {
    out.detail = fmt::format("{} {}:{}: a server answers there", key, address, port);
    return out;
  }
  out.verdict = verdict::bad;
  out.detail = fmt::format("{} {}:{}: {}", key, address, port, errno_text(error));
  out.mend = error == EACCES ? "take a port above 1023, or give the service CAP_NET_BIND_SERVICE"
             : error == EADDRINUSE
               ? fmt::format(
                   "end the program that listens there (ss -ltnp 'sport = :{}'), or take "
                   "another port",
                   port)
               : "name an address of this machine (ip address)";
  return out;
}

} // namespace

std::string_view to_string(verdict x) noexcept {
  switch (x) {
    case verdict::ok:
      return "ok";
    case verdict::warn:
      return "warn";
    case verdict::bad:
      return "bad";
  }
  return "bad";
}

finding look_at_sandbox(const config::wall& x) {
  auto landlock =
    ::syscall(SYS_landlock_create_ruleset, nullptr, 0, LANDLOCK_CREATE_RULESET_VERSION);
  std::uint32_t trap = SECCOMP_RET_TRAP;
  auto filter = ::syscall(SYS_seccomp, SECCOMP_GET_ACTION_AVAIL, 0, &trap) == 0;
  if (landlock > 0 && filter)
    return {.check = "sandbox",
            .detail = fmt::format("Landlock version {} and filters of system calls", landlock)};
  std::string lacks = landlock > 0 ? "no filters of system calls (seccomp)" : "no Landlock";
  auto required = x.sandbox == config::sandbox_mode::required;
  return {.check = "sandbox",
          .verdict = required ? verdict::bad : verdict::warn,
          .detail = "the kernel, or what this runs in, has " + lacks,
          .mend = required
                    ? "boot Debian 12's kernel with lsm=landlock,…; in a container allow "
                      "landlock_* and seccomp; or write sandbox: best_effort, which is less safe"
                    : "what a camera sends is parsed without a sandbox; mend that when you can"};
}

finding look_at_pidfd() {
  unique_fd self{static_cast<int>(::syscall(SYS_pidfd_open, ::getpid(), 0))};
  if (self)
    return {.check = "pidfd", .detail = "workers can be watched"};
  return {.check = "pidfd",
          .verdict = verdict::bad,
          .detail = "pidfd_open: " + errno_text(errno),
          .mend = "run Linux 5.10 or newer; in a container allow pidfd_open"};
}

finding look_at_descriptors(const config::wall& x, const descriptor_limit& limit) {
  std::uint64_t streams = 0;
  for (const auto& camera : x.cameras)
    streams += camera.sub_url.empty() ? 1 : 2;
  auto wanted = x.limits.connections_max + streams * descriptors_per_worker + descriptors_besides;
  auto most = limit.hard == descriptor_limit::none ? "any number" : fmt::to_string(limit.hard);
  finding out{
    .check = "descriptors",
    .detail = fmt::format("{} may be open ({}), {} are enough", most, limit.whose, wanted)};
  if (limit.hard < wanted) {
    out.verdict = verdict::warn;
    out.mend = fmt::format(
      "{}, or lower limits.connections_max",
      limit.of_unit ? fmt::format("systemctl edit camwall: [Service], LimitNOFILE={}", wanted)
                    : fmt::format("raise the hard limit of what starts the server to {}", wanted));
  }
  return out;
}

finding look_at_output(const config::wall& x) {
  std::uint64_t least = x.limits.disk_free_min_mb;
  auto found = look_at_folder("hls", x.hls.directory, least, least * room_factor);
  auto on_disk = !found.in_memory;
  return with_warning(std::move(found), on_disk,
                      "segments are written all day, which wears out a disk: put hls.directory "
                      "into memory, /run/camwall/hls for instance");
}

finding look_at_state(const config::wall& x) {
  auto found = look_at_folder("state", x.state_dir, 1, state_free_min_mb);
  auto in_memory = found.in_memory;
  return with_warning(std::move(found), in_memory,
                      "logins and last pictures are gone after a restart of the machine: put "
                      "state_dir on a disk");
}

finding look_at_clock() {
  timex x{};
  auto state = ::adjtimex(&x);
  if (std::time(nullptr) < earliest_time)
    return {.check = "clock",
            .verdict = verdict::bad,
            .detail = "it is years behind",
            .mend = "set it, and install chrony or systemd-timesyncd"};
  if (state == TIME_ERROR || (x.status & STA_UNSYNC) != 0)
    return {.check = "clock",
            .verdict = verdict::warn,
            .detail = "nothing keeps it right",
            .mend = "install chrony or systemd-timesyncd; in a container the host does it"};
  return {.check = "clock", .detail = "synchronised"};
}

std::vector<finding> look_at_ports(const config::wall& x) {
  std::vector<finding> out;
  if (x.server.port != 0)
    out.push_back(look_at_port("server.listen", x.server.address, x.server.port));
  for (const auto& other : x.compat)
    out.push_back(look_at_port("compat", other.address, other.port));
  return out;
}

finding look_at_install() {
  auto where = find_install();
  std::error_code error;
  for (const auto& x : {where.programs / "camwall-worker", where.static_dir / "index.html"})
    if (!fs::exists(x, error))
      return {.check = "install",
              .verdict = verdict::bad,
              .detail = x.lexically_normal().string() + " is missing",
              .mend = "install camwall completely: apt install --reinstall camwall"};
  return {.check = "install",
          .detail = fmt::format("camwall {}, its worker and its page", where.version)};
}

} // namespace camwall::cli
