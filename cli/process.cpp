#include "cli/process.hpp"

#include <fcntl.h>
#include <poll.h>
#include <sys/file.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include <array>
#include <cerrno>
#include <system_error>

namespace camwall::cli {

namespace {

constexpr std::chrono::seconds end_deadline{2};

} // namespace

sigset_t ending_signals() {
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, SIGINT);
  sigaddset(&set, SIGTERM);
  return set;
}

void block_ending_signals() {
  auto set = ending_signals();
  pthread_sigmask(SIG_BLOCK, &set, nullptr);
  signal(SIGPIPE, SIG_IGN);
}

void block_signal(int number) {
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, number);
  pthread_sigmask(SIG_BLOCK, &set, nullptr);
}

void unblock_ending_signals() {
  auto set = ending_signals();
  pthread_sigmask(SIG_UNBLOCK, &set, nullptr);
}

void forbid_core_dumps() {
  rlimit none{0, 0};
  setrlimit(RLIMIT_CORE, &none);
  // The limit does not bind a handler that core_pattern pipes to; this filter does (core(5)).
  unique_fd filter{::open("/proc/self/coredump_filter", O_WRONLY | O_CLOEXEC)};
  if (filter) [[maybe_unused]]
    auto n = ::write(filter.get(), "0", 1);
}

void raise_descriptor_limit() {
  rlimit files{};
  if (getrlimit(RLIMIT_NOFILE, &files) == 0 && files.rlim_cur < files.rlim_max) {
    files.rlim_cur = files.rlim_max;
    setrlimit(RLIMIT_NOFILE, &files);
  }
}

unique_fd lock_folder(const std::filesystem::path& state_dir) {
  unique_fd fd{::open((state_dir / "lock").c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600)};
  if (fd && flock(fd.get(), LOCK_EX | LOCK_NB) != 0)
    fd.reset();
  return fd;
}

child_process::child_process(std::vector<std::string> argv) {
  std::vector<char*> pointers;
  for (auto& x : argv)
    pointers.push_back(x.data());
  pointers.push_back(nullptr);
  std::array<int, 2> out{};
  if (pipe2(out.data(), O_CLOEXEC) < 0)
    throw std::system_error{errno, std::system_category(), "pipe2"};
  out_.reset(out[0]);
  unique_fd theirs{out[1]};
  auto parent = getpid();
  pid_ = fork(); // Called before this program has any other thread.
  if (pid_ < 0)
    throw std::system_error{errno, std::system_category(), "fork"};
  if (pid_ > 0)
    return;
  setpgid(0, 0); // A Ctrl-C at the terminal is for the parent, which ends us in its own order.
  prctl(PR_SET_PDEATHSIG, SIGTERM);
  if (getppid() != parent)
    _exit(1);
  unblock_ending_signals();
  dup2(theirs.get(), STDOUT_FILENO);
  execv(pointers[0], pointers.data());
  _exit(127);
}

child_process::~child_process() {
  unique_fd pidfd{static_cast<int>(syscall(SYS_pidfd_open, pid_, 0))};
  kill(pid_, SIGTERM);
  pollfd ended{pidfd.get(), POLLIN, 0};
  constexpr auto wait = std::chrono::milliseconds{end_deadline};
  if (poll(&ended, 1, static_cast<int>(wait.count())) == 0)
    kill(pid_, SIGKILL);
  waitpid(pid_, nullptr, 0);
}

std::string child_process::read_line(std::chrono::milliseconds deadline) {
  auto until = std::chrono::steady_clock::now() + deadline;
  for (;;) {
    if (auto end = buffer_.find('\n'); end != std::string::npos) {
      auto line = buffer_.substr(0, end);
      buffer_.erase(0, end + 1);
      return line;
    }
    auto left =
      std::chrono::ceil<std::chrono::milliseconds>(until - std::chrono::steady_clock::now());
    pollfd readable{out_.get(), POLLIN, 0};
    if (left.count() <= 0 || poll(&readable, 1, static_cast<int>(left.count())) <= 0)
      return {};
    std::array<char, 1024> chunk{};
    auto n = ::read(out_.get(), chunk.data(), chunk.size());
    if (n <= 0)
      return {};
    buffer_.append(chunk.data(), static_cast<std::size_t>(n));
  }
}

} // namespace camwall::cli
