#include "media/server/worker_process.hpp"

#include "core/errno_text.hpp"

#include <fcntl.h>
#include <signal.h>
#include <spdlog/spdlog.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include <array>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <type_traits>
#include <utility>

namespace camwall::media {

namespace {

std::string signal_name(int number) {
  const char* name = sigabbrev_np(number);
  return name == nullptr ? "unknown" : std::string{"SIG"} + name;
}

int send_signal(int pidfd, int signal) {
  return static_cast<int>(syscall(SYS_pidfd_send_signal, pidfd, signal, nullptr, 0));
}

/// Resident bytes of a process, from the second field of /proc/<pid>/statm (pages); 0 when it is
/// gone.
std::uint64_t resident_bytes(int pid) {
  std::array<char, 64> path{};
  std::snprintf(path.data(), path.size(), "/proc/%d/statm", pid);
  unique_fd fd{::open(path.data(), O_RDONLY | O_CLOEXEC)};
  std::array<char, 128> text{};
  if (!fd || ::read(fd.get(), text.data(), text.size() - 1) <= 0)
    return 0;
  unsigned long long total = 0;
  unsigned long long resident = 0;
  if (std::sscanf(text.data(), "%llu %llu", &total, &resident) != 2)
    return 0;
  return resident * static_cast<std::uint64_t>(sysconf(_SC_PAGESIZE));
}

const std::string& url_of(const task& x) {
  return std::visit([](const auto& y) -> const std::string& { return y.url; }, x);
}

} // namespace

worker_process::worker_process(event_loop& loop, live_hub& hub, still_desk& stills,
                               std::string name, task what, std::function<void(worker_event)> sink,
                               std::size_t stderr_lines_max,
                               std::function<void(std::string_view)> on_limit,
                               std::function<void()> on_over)
  : loop_(loop),
    hub_(hub),
    stills_(stills),
    name_(std::move(name)),
    task_(std::move(what)),
    sink_(std::move(sink)),
    on_limit_(std::move(on_limit)),
    on_over_(std::move(on_over)),
    ring_(stderr_lines_max, password_of(url_of(task_))) {
  // nop
}

std::optional<worker_process::channels> worker_process::make_channels() {
  channels theirs;
  std::array<int, 2> pair{};
  auto kind = SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK;
  for (auto [ours, other] : {std::pair{&socket_, &theirs.socket}, {&media_, &theirs.media}}) {
    if (socketpair(AF_UNIX, kind, 0, pair.data()) < 0) {
      fail(std::string{"no socket for the worker: "} + errno_text(errno));
      return std::nullopt;
    }
    ours->reset(pair[0]);
    other->reset(pair[1]);
  }
  if (pipe2(pair.data(), O_CLOEXEC | O_NONBLOCK) < 0) {
    fail(std::string{"no pipe for the worker: "} + errno_text(errno));
    return std::nullopt;
  }
  stderr_.reset(pair[0]);
  theirs.log.reset(pair[1]);
  // A sender's buffer is what counts; the kernel cuts it to what it allows.
  setsockopt(theirs.media.get(), SOL_SOCKET, SO_SNDBUF, &media_socket_bytes,
             sizeof media_socket_bytes);
  // The worker blocks when its own stderr is full only if it must: its end is a plain blocking
  // pipe.
  fcntl(theirs.log.get(), F_SETFL, 0);
  fcntl(theirs.socket.get(), F_SETFL, 0);
  loop_.add(stderr_.get(), [this] { read_stderr(); });
  return theirs;
}

void worker_process::start(int pid) {
  if (over_)
    return;
  pid_ = pid;
  pidfd_.reset(static_cast<int>(syscall(SYS_pidfd_open, pid, 0)));
  if (!pidfd_) {
    auto why = std::string{"pidfd_open: "} + errno_text(errno);
    ::kill(pid, SIGKILL);
    waitpid(pid, nullptr, 0); // Ours, and dying: returns at once.
    return fail(why);
  }
  guard_.emplace(task_, event_loop::clock::now());
  media_guard_.emplace(event_loop::clock::now());
  loop_.add(pidfd_.get(), [this] { reap(); });
  loop_.add(socket_.get(), [this] { read_socket(); });
  loop_.add(media_.get(), [this] { read_media(); });
  if (kill_wanted_) {
    send_signal(pidfd_.get(), SIGKILL);
    return;
  }
  auto packet = std::visit([](const auto& x) { return encode(media::order{x}); }, task_);
  if (::send(socket_.get(), packet.data(), packet.size(), MSG_NOSIGNAL | MSG_DONTWAIT) < 0) {
    spdlog::error("{}: the worker did not take its order: {}", name_, errno_text(errno));
    kill();
  }
  attach_media();
  emit(worker_started{pid});
  arm_sampling();
}

/// Of a probe nothing can be watched.
void worker_process::attach_media() {
  if (const auto* x = std::get_if<open_order>(&task_)) {
    hub_.attach(x->camera, x->stream, *this);
    stills_.attach(x->camera, x->stream, *this);
  }
}

void worker_process::fail(const std::string& why) {
  if (over_)
    return;
  emit(failed{reason::resources, why});
  end({.signalled = false, .code = 1, .detail = why});
}

void worker_process::stop() {
  if (over_ || kill_wanted_)
    return;
  if (pid_ == 0)
    return kill();
  auto packet = encode(media::order{stop_order{}});
  if (::send(socket_.get(), packet.data(), packet.size(), MSG_NOSIGNAL | MSG_DONTWAIT) < 0)
    return kill();
  if (!stop_timer_)
    stop_timer_ = loop_.call_after(stop_deadline, [this] {
      stop_timer_.reset();
      kill();
    });
}

void worker_process::kill() {
  kill_wanted_ = true;
  if (!over_ && pidfd_)
    send_signal(pidfd_.get(), SIGKILL);
}

void worker_process::abandon() {
  sink_ = nullptr;
  hub_.detach(*this);
  stills_.detach(*this);
  stop();
}

void worker_process::watch(const watch_order& x) {
  send_order(x);
}

void worker_process::order_still(const still_order& x) {
  send_order(x);
}

void worker_process::send_order(const media::order& x) {
  if (over_ || kill_wanted_)
    return;
  auto packet = encode(x);
  if (::send(socket_.get(), packet.data(), packet.size(), MSG_NOSIGNAL | MSG_DONTWAIT) >= 0)
    return;
  spdlog::error("{}: the worker does not take orders and is killed: {}", name_, errno_text(errno));
  kill();
}

void worker_process::emit(worker_event event) {
  if (sink_)
    sink_(std::move(event));
}

void worker_process::read_socket() {
  static thread_local std::array<char, message_bytes_max> buffer;
  // Bounded: one flooding worker must leave the thread to the others.
  for (int i = 0; i < 16; ++i) {
    iovec part{buffer.data(), buffer.size()};
    msghdr header{};
    header.msg_iov = &part;
    header.msg_iovlen = 1;
    auto n = recvmsg(socket_.get(), &header, MSG_DONTWAIT);
    if (n < 0 && errno == EINTR)
      continue;
    if (n < 0 && errno == EAGAIN)
      return;
    if (n <= 0) { // The worker closed its end: it is ending, the pidfd tells how.
      loop_.remove(socket_.get());
      return;
    }
    if ((header.msg_flags & MSG_TRUNC) != 0)
      return refuse("a message over " + std::to_string(message_bytes_max) + " bytes",
                    "worker_message_bytes");
    take_packet({buffer.data(), static_cast<std::size_t>(n)});
    if (!lie_.empty() || over_)
      return;
  }
}

void worker_process::take_packet(std::string_view packet) {
  if (guard_->admit(event_loop::clock::now()) != fact_guard::verdict::fine)
    return refuse(guard_->complaint(), "worker_messages");
  auto x = decode_fact(packet);
  if (!x)
    return refuse(x.error());
  if (guard_->check(*x) != fact_guard::verdict::fine)
    return refuse(guard_->complaint());
  std::visit(
    [this](auto& y) {
      if constexpr (std::is_same_v<std::decay_t<decltype(y)>, feed_refused>) {
        auto wrong = is_still(y.feed) ? stills_.refuse(*this, y) : hub_.refuse(*this, y);
        if (!wrong.empty())
          refuse(wrong);
      } else {
        emit(std::move(y));
      }
    },
    *x);
}

void worker_process::read_media() {
  static thread_local std::array<char, media_message_bytes_max> buffer;
  // Bounded: one flooding worker must leave the thread to the others.
  for (int i = 0; i < 16; ++i) {
    auto n = ::recv(media_.get(), buffer.data(), buffer.size(), MSG_DONTWAIT | MSG_TRUNC);
    if (n < 0 && errno == EINTR)
      continue;
    if (n < 0 && errno == EAGAIN)
      return;
    if (n <= 0) { // An empty message is as good as the end.
      loop_.remove(media_.get());
      return;
    }
    if (static_cast<std::size_t>(n) > buffer.size())
      return refuse("media over " + std::to_string(buffer.size()) + " bytes in a message",
                    "worker_media_message_bytes");
    take_media({buffer.data(), static_cast<std::size_t>(n)});
    if (!lie_.empty() || over_)
      return;
  }
}

void worker_process::take_media(std::string_view packet) {
  auto verdict = media_guard_->take(packet, event_loop::clock::now());
  if (verdict != media_guard::verdict::fine)
    return refuse(media_guard_->complaint(), verdict == media_guard::verdict::too_much
                                               ? "worker_media_bytes"
                                               : "worker_media");
  auto whole = media_guard_->take_whole();
  if (!whole)
    return;
  auto wrong = is_still(whole->feed) ? stills_.take(*this, std::move(*whole))
                                     : hub_.take(*this, std::move(*whole));
  if (!wrong.empty())
    refuse(wrong, "worker_media");
}

/// Hears nothing more of a worker that broke the protocol, and ends it.
void worker_process::refuse(const std::string& what, const char* limit) {
  lie_ = what;
  loop_.remove(socket_.get());
  loop_.remove(media_.get());
  hub_.detach(*this);
  stills_.detach(*this);
  spdlog::error("{}: the worker broke the protocol and is killed: {}", name_, what);
  if (limit != nullptr && on_limit_)
    on_limit_(limit);
  kill();
}

void worker_process::read_stderr() {
  static thread_local std::array<char, 4096> buffer;
  for (int i = 0; i < 16; ++i) {
    auto n = ::read(stderr_.get(), buffer.data(), buffer.size());
    if (n < 0 && errno == EINTR)
      continue;
    if (n < 0 && errno == EAGAIN)
      return;
    if (n <= 0) {
      loop_.remove(stderr_.get());
      return;
    }
    ring_.feed({buffer.data(), static_cast<std::size_t>(n)},
               [this](std::string_view line) { log_line(line); });
  }
}

void worker_process::log_line(std::string_view line) {
  auto now = event_loop::clock::now();
  if (now - log_minute_ > std::chrono::minutes{1}) {
    if (log_lines_ > log_lines_per_minute_max)
      spdlog::warn("{}: {} further lines of the worker were left out", name_,
                   log_lines_ - log_lines_per_minute_max);
    log_minute_ = now;
    log_lines_ = 0;
  }
  if (++log_lines_ <= log_lines_per_minute_max)
    spdlog::info("{}: worker: {}", name_, line);
}

void worker_process::reap() {
  auto self = shared_from_this(); // `end` gives up the last owner.
  siginfo_t info{};
  if (waitid(static_cast<idtype_t>(P_PIDFD), static_cast<id_t>(pidfd_.get()), &info,
             WEXITED | WNOHANG) < 0 ||
      info.si_pid == 0)
    return;
  // What it said before it ended comes first.
  if (lie_.empty())
    read_socket();
  read_stderr();
  worker_exited how{.signalled = info.si_code != CLD_EXITED, .code = info.si_status};
  if (!lie_.empty())
    how.detail = "the worker broke the protocol: " + lie_;
  else if (how.signalled && how.code == SIGSYS)
    how.detail = "the sandbox ended the worker (SIGSYS)";
  else if (how.signalled)
    how.detail =
      "the worker ended by signal " + std::to_string(how.code) + " (" + signal_name(how.code) + ")";
  else
    how.detail = "the worker ended with status " + std::to_string(how.code);
  if (auto last = ring_.last(); !last.empty() && (how.signalled || how.code != 0))
    how.detail += "; its last words: " + last;
  how.last_words = ring_.last_lines(last_words_lines_max);
  end(std::move(how));
}

void worker_process::sample_memory() {
  if (auto bytes = resident_bytes(pid_); bytes > 0)
    emit(worker_sampled{bytes});
  arm_sampling();
}

void worker_process::arm_sampling() {
  sample_timer_ = loop_.call_after(sample_period, [this] { sample_memory(); });
}

void worker_process::end(worker_exited how) {
  over_ = true;
  hub_.detach(*this);
  stills_.detach(*this);
  for (auto& timer : {stop_timer_, sample_timer_})
    if (timer)
      loop_.cancel(*timer);
  for (auto* fd : {&socket_, &media_, &stderr_, &pidfd_}) {
    if (*fd)
      loop_.remove(fd->get());
    fd->reset();
  }
  emit(std::move(how));
  sink_ = nullptr;
  if (on_over_)
    std::exchange(on_over_, nullptr)();
}

} // namespace camwall::media
