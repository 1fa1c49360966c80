#include "media/worker/call_rules.hpp"

#include "media/worker/outer_filter.hpp"
#include "media/worker/refusals.hpp"

#include <fcntl.h>
#include <linux/netlink.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <seccomp.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <memory>
#include <system_error>
#include <utility>

namespace camwall::media {

namespace {

/// Allowed with any arguments. Descriptors are what the process has; paths are Landlock's matter.
/// `open` is absent for `openat`, which is looked at more closely below.
constexpr const char* allowed[] = {
  // Descriptors.
  "read",
  "write",
  "readv",
  "writev",
  "pread64",
  "pwrite64",
  "lseek",
  "close",
  "fcntl",
  "fstat",
  "ftruncate",
  "fallocate",
  "fsync",
  "fdatasync",
  "getdents64",
  "poll",
  "ppoll",
  "select",
  "pselect6",
  "pipe2",
  "eventfd2",
  // Paths.
  "stat",
  "lstat",
  "newfstatat",
  "statx",
  "access",
  "faccessat",
  "faccessat2",
  "readlink",
  "readlinkat",
  "getcwd",
  "unlink",
  "unlinkat",
  "rename",
  "renameat",
  "renameat2",
  "statfs",
  "fstatfs",
  // Sockets, but for their making. No listen, no accept.
  "connect",
  "bind",
  "getsockname",
  "getpeername",
  "getsockopt",
  "setsockopt",
  "shutdown",
  "recvfrom",
  "recvmsg",
  "recvmmsg",
  "sendto",
  "sendmsg",
  "sendmmsg",
  // Memory and threads.
  "munmap",
  "mremap",
  "madvise",
  "brk",
  "futex",
  "set_robust_list",
  "rseq",
  "membarrier",
  "sched_yield",
  "sched_getaffinity",
  "getcpu",
  "exit",
  "exit_group",
  // Time, signals, and what a process may know of itself.
  "clock_gettime",
  "clock_getres",
  "clock_nanosleep",
  "nanosleep",
  "gettimeofday",
  "time",
  "rt_sigprocmask",
  "rt_sigreturn",
  "sigaltstack",
  "restart_syscall",
  "getrandom",
  "getpid",
  "getppid",
  "gettid",
  "getuid",
  "geteuid",
  "getgid",
  "getegid",
  "uname",
  "sysinfo",
  "getrusage",
};

struct context_deleter {
  void operator()(void* x) const noexcept {
    ::seccomp_release(x);
  }
};

/// The rules in the making. Notes the first error and then does nothing more.
class rules {
public:
  explicit rules(std::uint32_t otherwise) : context_(::seccomp_init(otherwise)) {
    error_ = context_ ? 0 : ENOMEM;
  }

  /// All of `when` must hold. A call that this architecture does not have needs no rule.
  template <class... Conditions>
  void add(std::uint32_t action, const char* call, Conditions... when) {
    auto number = ::seccomp_syscall_resolve_name(call);
    if (error_ == 0 && number != __NR_SCMP_ERROR)
      error_ = -::seccomp_rule_add(context_.get(), action, number, sizeof...(when), when...);
  }

  void set(scmp_filter_attr what, std::uint32_t to) {
    if (error_ == 0)
      error_ = -::seccomp_attr_set(context_.get(), what, to);
  }

  /// Puts the rules into force. Returns an errno.
  int load() {
    if (error_ == 0)
      error_ = -::seccomp_load(context_.get());
    return error_;
  }

  /// Where the kernel tells of calls that are let pass.
  int notifications() const {
    return ::seccomp_notify_fd(context_.get());
  }

private:
  std::unique_ptr<void, context_deleter> context_;
  int error_ = 0;
};

constexpr scmp_arg_cmp is(unsigned argument, std::uint64_t value) {
  return {.arg = argument, .op = SCMP_CMP_EQ, .datum_a = value, .datum_b = 0};
}

constexpr scmp_arg_cmp is_not(unsigned argument, std::uint64_t value) {
  return {.arg = argument, .op = SCMP_CMP_NE, .datum_a = value, .datum_b = 0};
}

constexpr scmp_arg_cmp bits(unsigned argument, std::uint64_t mask, std::uint64_t value) {
  return {.arg = argument, .op = SCMP_CMP_MASKED_EQ, .datum_a = mask, .datum_b = value};
}

void add_files_and_sockets(rules& x) {
  // Landlock minds truncation from version 3 on (Linux 6.2) only: until then a file that may be
  // read could be emptied. Writing it may, since that is Landlock's matter from the begin.
  x.add(SCMP_ACT_ALLOW, "openat", bits(2, O_TRUNC, 0));
  x.add(SCMP_ACT_ALLOW, "openat", bits(2, O_TRUNC | O_ACCMODE, O_TRUNC | O_WRONLY));
  constexpr std::uint64_t type_mask = 0xf; // Without SOCK_NONBLOCK and SOCK_CLOEXEC.
  for (std::uint64_t family : {AF_INET, AF_INET6})
    for (std::uint64_t type : {SOCK_STREAM, SOCK_DGRAM})
      x.add(SCMP_ACT_ALLOW, "socket", is(0, family), bits(1, type_mask, type));
  // The resolver asks a name cache and the list of interfaces, and goes on without. A worker that
  // reached either could talk to every service of the machine, or as root change its routes.
  for (std::uint64_t family : {AF_UNIX, AF_NETLINK})
    x.add(SCMP_ACT_ERRNO(EAFNOSUPPORT), "socket", is(0, family));
  for (std::uint64_t request : {FIONREAD, FIONBIO, TCGETS})
    x.add(SCMP_ACT_ALLOW, "ioctl", is(1, request));
}

void add_memory_and_threads(rules& x) {
  x.add(SCMP_ACT_ALLOW, "mmap", bits(2, PROT_EXEC, 0));
  x.add(SCMP_ACT_ALLOW, "mprotect", bits(2, PROT_EXEC, 0));
  // Loading a library fails instead of ending the worker: the resolver tries, and goes on.
  x.add(SCMP_ACT_ERRNO(EACCES), "mmap", bits(2, PROT_EXEC, PROT_EXEC));
  // Exactly what pthread_create(3) asks for: no process, no namespace. clone3 keeps its flags in
  // memory, where no filter sees them; without it the C library takes clone.
  constexpr std::uint64_t thread_flags = CLONE_VM | CLONE_FS | CLONE_FILES | CLONE_SYSVSEM |
                                         CLONE_SIGHAND | CLONE_THREAD | CLONE_SETTLS |
                                         CLONE_PARENT_SETTID | CLONE_CHILD_CLEARTID;
  x.add(SCMP_ACT_ALLOW, "clone", is(0, thread_flags));
  x.add(SCMP_ACT_ERRNO(ENOSYS), "clone3");
  x.add(SCMP_ACT_ALLOW, "prctl", is(0, PR_SET_NAME));
  x.add(SCMP_ACT_ALLOW, "setpriority", is(0, PRIO_PROCESS), is(1, 0));
  x.add(SCMP_ACT_ALLOW, "prlimit64", is(0, 0), is(2, 0)); // Reads limits only.
}

void add_signals(rules& x) {
  // abort(3) signals its own thread.
  x.add(SCMP_ACT_ALLOW, "tgkill", is(0, static_cast<std::uint64_t>(::getpid())));
  // Whoever blocks or ignores SIGSYS is killed by the kernel; who would handle it, by this.
  x.add(SCMP_ACT_ALLOW, "rt_sigaction", is_not(0, SIGSYS));
  x.add(SCMP_ACT_KILL_PROCESS, "rt_sigaction", is(0, SIGSYS));
}

/// Asked of the kernel itself: libseccomp tells of a refused seccomp(2) by errors of its own.
bool outer_filter_lacks_seccomp() noexcept {
  const std::uint32_t action = SECCOMP_RET_ALLOW;
  return ::syscall(SYS_seccomp, SECCOMP_GET_ACTION_AVAIL, 0, &action) < 0 && errno == EPERM;
}

tl::unexpected<std::string> no_filter(int error) {
  if (outer_filter_lacks_seccomp())
    error = EPERM;
  auto text = "the kernel refuses the filter of system calls (" +
              std::generic_category().message(error) + ')';
  if (error == EPERM)
    text += outer_filter_hint;
  return tl::unexpected{std::move(text)};
}

} // namespace

tl::expected<void, std::string> restrict_calls(refused_call what) {
  rules x{what == refused_call::ends ? SCMP_ACT_TRAP : SCMP_ACT_NOTIFY};
  x.set(SCMP_FLTATR_ACT_BADARCH, SCMP_ACT_KILL_PROCESS);
  x.set(SCMP_FLTATR_CTL_OPTIMIZE, 2); // A tree instead of a chain.
  for (const auto* call : allowed)
    x.add(SCMP_ACT_ALLOW, call);
  add_files_and_sockets(x);
  add_memory_and_threads(x);
  add_signals(x);
  refusal_listener listener;
  if (what == refused_call::ends)
    name_refused_calls();
  else
    listener.start(); // Before the filter: its thread must stay outside.
  if (auto error = x.load(); error != 0)
    return no_filter(error);
  if (what == refused_call::passes)
    listener.listen(x.notifications());
  return {};
}

} // namespace camwall::media
