#include "media/worker/file_rules.hpp"

#include "core/unique_fd.hpp"
#include "media/worker/outer_filter.hpp"

#include <fcntl.h>
#include <linux/landlock.h>
#include <sys/syscall.h>

#include <cerrno>
#include <cstdint>
#include <system_error>
#include <utility>

namespace camwall::media {

namespace {

// What is younger than the headers of Debian 12; include/uapi/linux/landlock.h of Linux 6.12.
constexpr std::uint64_t fs_truncate = 1ULL << 14;        // Interface version 3.
constexpr std::uint64_t fs_ioctl_dev = 1ULL << 15;       // Version 5.
constexpr std::uint64_t net_bind_tcp = 1ULL << 0;        // Version 4.
constexpr std::uint64_t scope_abstract_unix = 1ULL << 0; // Version 6.
constexpr std::uint64_t scope_signal = 1ULL << 1;        // Version 6.

/// `landlock_ruleset_attr` as it is from version 6 on. An older kernel takes the rest when it is 0.
struct ruleset_attributes {
  std::uint64_t handled_access_fs = 0;
  std::uint64_t handled_access_net = 0;
  std::uint64_t scoped = 0;
};

/// The resolver's (getaddrinfo(3)), libav's seed, and the zone of local times.
constexpr const char* readable_files[] = {
  "/etc/resolv.conf", "/etc/hosts",     "/etc/nsswitch.conf", "/etc/host.conf", "/etc/gai.conf",
  "/etc/services",    "/etc/protocols", "/etc/localtime",     "/dev/urandom",
};

ruleset_attributes all_of(long version) noexcept {
  ruleset_attributes x;
  x.handled_access_fs =
    LANDLOCK_ACCESS_FS_EXECUTE | LANDLOCK_ACCESS_FS_WRITE_FILE | LANDLOCK_ACCESS_FS_READ_FILE |
    LANDLOCK_ACCESS_FS_READ_DIR | LANDLOCK_ACCESS_FS_REMOVE_DIR | LANDLOCK_ACCESS_FS_REMOVE_FILE |
    LANDLOCK_ACCESS_FS_MAKE_CHAR | LANDLOCK_ACCESS_FS_MAKE_DIR | LANDLOCK_ACCESS_FS_MAKE_REG |
    LANDLOCK_ACCESS_FS_MAKE_SOCK | LANDLOCK_ACCESS_FS_MAKE_FIFO | LANDLOCK_ACCESS_FS_MAKE_BLOCK |
    LANDLOCK_ACCESS_FS_MAKE_SYM;
  if (version >= 2)
    x.handled_access_fs |= LANDLOCK_ACCESS_FS_REFER;
  if (version >= 3)
    x.handled_access_fs |= fs_truncate;
  if (version >= 4)
    x.handled_access_net = net_bind_tcp;
  if (version >= 5)
    x.handled_access_fs |= fs_ioctl_dev;
  if (version >= 6)
    x.scoped = scope_abstract_unix | scope_signal;
  return x;
}

/// Grants `access` below `path`; a path that is not there needs no rule.
int grant(int ruleset, const char* path, std::uint64_t access) noexcept {
  unique_fd at{::open(path, O_PATH | O_CLOEXEC)};
  if (!at)
    return errno == ENOENT || errno == EACCES ? 0 : errno;
  landlock_path_beneath_attr rule{.allowed_access = access, .parent_fd = at.get()};
  return ::syscall(SYS_landlock_add_rule, ruleset, LANDLOCK_RULE_PATH_BENEATH, &rule, 0) == 0
           ? 0
           : errno;
}

int grant_all(int ruleset, const std::string& folder, std::uint64_t handled) noexcept {
  constexpr std::uint64_t work = LANDLOCK_ACCESS_FS_READ_DIR | LANDLOCK_ACCESS_FS_READ_FILE |
                                 LANDLOCK_ACCESS_FS_WRITE_FILE | LANDLOCK_ACCESS_FS_MAKE_REG |
                                 LANDLOCK_ACCESS_FS_REMOVE_FILE | fs_truncate;
  if (!folder.empty())
    if (auto error = grant(ruleset, folder.c_str(), work & handled); error != 0)
      return error;
  for (const auto* path : readable_files)
    if (auto error = grant(ruleset, path, LANDLOCK_ACCESS_FS_READ_FILE); error != 0)
      return error;
  return ::syscall(SYS_landlock_restrict_self, ruleset, 0) == 0 ? 0 : errno;
}

tl::unexpected<std::string> no_landlock(int error) {
  auto text = "the kernel refuses Landlock, which shuts a worker off from files (" +
              std::generic_category().message(error) + ')';
  // A kernel without Landlock says ENOSYS or EOPNOTSUPP, and no_new_privs is set: this is a filter.
  if (error == EPERM)
    text += outer_filter_hint;
  return tl::unexpected{std::move(text)};
}

} // namespace

tl::expected<void, std::string> restrict_files(const std::string& folder) {
  auto version =
    ::syscall(SYS_landlock_create_ruleset, nullptr, 0, LANDLOCK_CREATE_RULESET_VERSION);
  if (version < 1)
    return no_landlock(errno);
  auto attributes = all_of(version);
  unique_fd ruleset{
    static_cast<int>(::syscall(SYS_landlock_create_ruleset, &attributes, sizeof attributes, 0))};
  if (!ruleset)
    return no_landlock(errno);
  if (auto error = grant_all(ruleset.get(), folder, attributes.handled_access_fs); error != 0)
    return no_landlock(error);
  return {};
}

} // namespace camwall::media
