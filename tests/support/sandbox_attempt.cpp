// sandbox_attempt ACT FOLDER VICTIM: confines itself as a worker with that output folder does, then
// tries one thing. Prints `done`, or `errno N`, unless that ended it. VICTIM is a process that some
// acts aim at.
//
// sandbox_attempt --list: the names of all acts.
//
// sandbox_attempt --without-landlock PROGRAM ARGUMENT…: runs a program where the kernel seems to
// know no Landlock, as in a service whose filter of system calls lacks it.

#include "media/worker/confine.hpp"
#include "media/worker/sandbox.hpp"

#include <fcntl.h>
#include <linux/landlock.h>
#include <netdb.h>
#include <netinet/in.h>
#include <sched.h>
#include <seccomp.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <functional>
#include <map>
#include <new>
#include <string>
#include <thread>
#include <vector>

namespace {

struct target {
  std::string folder;
  std::string beside; ///< A file in the folder's parent; exists.
  pid_t victim = 0;
};

/// Returns a negative number and sets errno when it was refused.
using act = std::function<long(const target&)>;

long call(long number, long a = 0, long b = 0, long c = 0, long d = 0) {
  return ::syscall(number, a, b, c, d, 0L, 0L);
}

/// An act that is one system call whose arguments do no harm even if it is let through.
act kernel(long number, long a = 0, long b = 0, long c = 0, long d = 0) {
  return [=](const target&) { return call(number, a, b, c, d); };
}

act open_file(std::string path, int flags = O_RDONLY) {
  return [path = std::move(path), flags](const target&) -> long {
    return ::open(path.c_str(), flags, 0600);
  };
}

act make_socket(int family, int type, int protocol = 0) {
  return [=](const target&) -> long { return ::socket(family, type | SOCK_CLOEXEC, protocol); };
}

/// Binds to a port of the system's choice.
long bound_socket(int type) {
  auto fd = ::socket(AF_INET, type, 0);
  sockaddr_in any{};
  any.sin_family = AF_INET;
  return fd < 0 || ::bind(fd, reinterpret_cast<sockaddr*>(&any), sizeof any) != 0 ? -1 : fd;
}

long executable(bool from_the_begin) {
  auto protection = PROT_READ | PROT_WRITE | (from_the_begin ? PROT_EXEC : 0);
  auto* page = ::mmap(nullptr, 4096, protection, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (page == MAP_FAILED)
    return -1;
  return from_the_begin ? 0 : ::mprotect(page, 4096, PROT_READ | PROT_EXEC);
}

long handle_sigsys() {
  struct sigaction x {};
  x.sa_handler = SIG_IGN;
  return ::sigaction(SIGSYS, &x, nullptr);
}

long refused_call_with_sigsys_blocked() {
  sigset_t all;
  ::sigfillset(&all);
  ::pthread_sigmask(SIG_BLOCK, &all, nullptr);
  return call(SYS_ptrace);
}

/// Touches memory until there is no more.
long leak() {
  try {
    for (std::vector<std::vector<char>> all;;)
      all.emplace_back(std::size_t{1} << 20, 'x');
  } catch (const std::bad_alloc&) {
    errno = ENOMEM;
    return -1;
  }
}

long write_as_a_worker_does(const target& x) {
  auto name = x.folder + "/a.tmp";
  auto fd = ::open(name.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW, 0644);
  if (fd < 0 || ::write(fd, "x", 1) != 1 || ::close(fd) != 0)
    return -1;
  if (::rename(name.c_str(), (x.folder + "/a.m4s").c_str()) != 0)
    return -1;
  return ::unlink((x.folder + "/a.m4s").c_str());
}

long resolve(const char* name) {
  addrinfo* found = nullptr;
  auto error = ::getaddrinfo(name, nullptr, nullptr, &found);
  if (found != nullptr)
    ::freeaddrinfo(found);
  return error == 0 || error == EAI_AGAIN || error == EAI_NONAME ? 0 : -1;
}

long run_a_thread() {
  long result = -1;
  std::thread{[&] { result = call(SYS_gettid); }}.join();
  return result;
}

/// What a worker must be able to do.
std::map<std::string, act> needed() {
  return {
    {"write_segment", write_as_a_worker_does},
    {"read_resolver_file", open_file("/etc/hosts")},
    {"read_urandom", open_file("/dev/urandom")},
    {"resolve_localhost", [](const target&) { return resolve("localhost"); }},
    {"resolve_nothing", [](const target&) { return resolve("no-such-camera.invalid"); }},
    {"tcp_socket", make_socket(AF_INET, SOCK_STREAM)},
    {"tcp6_socket", make_socket(AF_INET6, SOCK_STREAM)},
    {"bind_udp", [](const target&) { return bound_socket(SOCK_DGRAM); }},
    {"start_thread", [](const target&) { return run_a_thread(); }},
    {"abort", [](const target&) -> long { std::abort(); }},
    {"leak", [](const target&) { return leak(); }},
  };
}

std::map<std::string, act> file_acts() {
  return {
    {"read_shadow", open_file("/etc/shadow")},
    {"read_passwd", open_file("/etc/passwd")},
    {"read_own_program", open_file("/proc/self/exe")},
    {"read_environment", open_file("/proc/self/environ")},
    {"list_root", open_file("/", O_RDONLY | O_DIRECTORY)},
    {"write_tmp", open_file("/tmp/sandbox_attempt", O_WRONLY | O_CREAT)},
    {"write_resolver_file", open_file("/etc/hosts", O_WRONLY | O_APPEND)},
    {"write_urandom", open_file("/dev/urandom", O_WRONLY)},
    {"open_terminal", open_file("/dev/ptmx", O_RDWR)},
    {"empty_resolver_file", open_file("/etc/hosts", O_RDONLY | O_TRUNC)},
    {"read_beside", [](const target& x) -> long { return ::open(x.beside.c_str(), O_RDONLY); }},
    {"read_beside_by_dots",
     [](const target& x) -> long { return ::open((x.folder + "/../beside").c_str(), O_RDONLY); }},
    {"read_memory_of_another",
     [](const target& x) -> long {
       return ::open(("/proc/" + std::to_string(x.victim) + "/mem").c_str(), O_RDWR);
     }},
    {"remove_beside", [](const target& x) -> long { return ::unlink(x.beside.c_str()); }},
    {"rename_into",
     [](const target& x) -> long {
       return ::rename(x.beside.c_str(), (x.folder + "/stolen").c_str());
     }},
    {"truncate_beside", [](const target& x) -> long { return ::truncate(x.beside.c_str(), 0); }},
    {"make_folder",
     [](const target& x) -> long { return ::mkdir((x.folder + "/f").c_str(), 0700); }},
    {"make_symlink",
     [](const target& x) -> long { return ::symlink("/etc/shadow", (x.folder + "/s").c_str()); }},
    {"make_hard_link",
     [](const target& x) -> long { return ::link(x.beside.c_str(), (x.folder + "/h").c_str()); }},
    {"change_mode", [](const target& x) -> long { return ::chmod(x.beside.c_str(), 0777); }},
    {"open_by_handle", kernel(SYS_open_by_handle_at, -1)},
  };
}

std::map<std::string, act> process_acts() {
  return {
    {"execute",
     [](const target&) -> long {
       std::array<char*, 1> none{nullptr};
       return ::execve("/bin/true", none.data(), none.data());
     }},
    {"execute_descriptor", kernel(SYS_execveat, -1)},
    {"fork", [](const target&) -> long { return ::fork(); }},
    {"new_namespace_clone", kernel(SYS_clone, CLONE_NEWUSER | SIGCHLD)},
    {"clone3", kernel(SYS_clone3)},
    {"kill_another", [](const target& x) -> long { return ::kill(x.victim, SIGKILL); }},
    {"kill_another_thread",
     [](const target& x) { return call(SYS_tgkill, x.victim, x.victim, SIGKILL); }},
    {"open_pidfd", [](const target& x) { return call(SYS_pidfd_open, x.victim); }},
    {"trace", [](const target& x) { return call(SYS_ptrace, 16, x.victim); }},
    {"read_process", [](const target& x) { return call(SYS_process_vm_readv, x.victim); }},
    {"unshare", kernel(SYS_unshare, CLONE_NEWUSER)},
    {"join_namespace", kernel(SYS_setns, -1)},
    {"become_root", kernel(SYS_setuid, 0)},
    {"raise_limits",
     [](const target&) {
       std::array<unsigned long, 2> all{~0UL, ~0UL};
       return call(SYS_prlimit64, 0, 7, reinterpret_cast<long>(all.data()));
     }},
  };
}

std::map<std::string, act> socket_acts() {
  return {
    {"unix_socket", make_socket(AF_UNIX, SOCK_STREAM)},
    {"netlink_socket", make_socket(AF_NETLINK, SOCK_RAW)},
    {"raw_socket", make_socket(AF_INET, SOCK_RAW, IPPROTO_ICMP)},
    {"packet_socket", make_socket(AF_PACKET, SOCK_RAW)},
    {"bluetooth_socket", make_socket(31, SOCK_RAW)},
    {"socket_pair", kernel(SYS_socketpair, AF_UNIX, SOCK_STREAM)},
    {"bind_tcp", [](const target&) { return bound_socket(SOCK_STREAM); }},
    {"listen",
     [](const target&) -> long { return ::listen(::socket(AF_INET, SOCK_STREAM, 0), 1); }},
    {"accept", kernel(SYS_accept, -1)},
    {"push_input", [](const target&) -> long { return ::ioctl(0, TIOCSTI, "x"); }},
  };
}

std::map<std::string, act> kernel_acts() {
  return {
    {"executable_mmap", [](const target&) { return executable(true); }},
    {"executable_mprotect", [](const target&) { return executable(false); }},
    {"memory_file", kernel(SYS_memfd_create)},
    {"io_uring", kernel(SYS_io_uring_setup)},
    {"bpf", kernel(SYS_bpf)},
    {"perf", kernel(SYS_perf_event_open)},
    {"userfaultfd", kernel(SYS_userfaultfd, -1)},
    {"keyctl", kernel(SYS_keyctl)},
    {"add_key", kernel(SYS_add_key)},
    {"mount", kernel(SYS_mount)},
    {"move_mount", kernel(SYS_move_mount, -1)},
    {"pivot_root", kernel(SYS_pivot_root)},
    {"chroot", kernel(SYS_chroot)},
    {"load_module", kernel(SYS_init_module)},
    {"set_clock", kernel(SYS_clock_settime, -1)},
    {"kernel_log", kernel(SYS_syslog, -1)},
    {"further_filter", kernel(SYS_seccomp, -1)},
    {"become_dumpable", kernel(SYS_prctl, PR_SET_DUMPABLE, 1)},
    {"handle_sigsys", [](const target&) { return handle_sigsys(); }},
    {"block_sigsys", [](const target&) { return refused_call_with_sigsys_blocked(); }},
#ifdef __x86_64__
    {"other_call_table", kernel(0x40000000L + SYS_getpid)}, // x32
#endif
  };
}

std::map<std::string, act> all_acts() {
  auto out = needed();
  for (auto& group : {file_acts(), process_acts(), socket_acts(), kernel_acts()})
    out.insert(group.begin(), group.end());
  return out;
}

int attempt(const act& what, const target& at) {
  if (!camwall::media::confine_clone(::getppid()))
    return 3;
  camwall::media::confine(64);
  camwall::media::load_name_services();
  if (auto done = camwall::media::enter_sandbox(at.folder); !done) {
    std::fprintf(stderr, "%s\n", done.error().c_str());
    return 4;
  }
  auto result = what(at);
  // A child that should not exist must not answer for its parent.
  if (result < 0)
    std::printf("errno %d\n", errno);
  else
    std::printf("done\n");
  std::fflush(stdout);
  ::_exit(0);
}

int without_landlock(char** command) {
  auto* filter = ::seccomp_init(SCMP_ACT_ALLOW);
  for (int number :
       {SYS_landlock_create_ruleset, SYS_landlock_add_rule, SYS_landlock_restrict_self})
    ::seccomp_rule_add(filter, SCMP_ACT_ERRNO(EPERM), number, 0);
  if (::seccomp_load(filter) != 0)
    return 5;
  ::execv(command[0], command);
  return 6;
}

} // namespace

int main(int argc, char** argv) {
  auto acts = all_acts();
  if (argc == 2 && std::strcmp(argv[1], "--list") == 0) {
    for (const auto& [name, what] : acts)
      std::printf("%s\n", name.c_str());
    return 0;
  }
  if (argc > 2 && std::strcmp(argv[1], "--without-landlock") == 0)
    return without_landlock(argv + 2);
  if (argc != 4 || !acts.contains(argv[1])) {
    std::fputs("usage: sandbox_attempt ACT FOLDER VICTIM\n", stderr);
    return 2;
  }
  std::string folder = argv[2];
  return attempt(acts[argv[1]],
                 {.folder = folder, .beside = folder + "/../beside", .victim = std::atoi(argv[3])});
}
