#include "media/worker/zygote.hpp"

#include "core/unique_fd.hpp"
#include "media/worker/audio_transcoder.hpp"
#include "media/worker/confine.hpp"
#include "media/worker/init_segment.hpp"
#include "media/worker/log.hpp"
#include "media/worker/picture_decoder.hpp"
#include "media/worker/rendition_worker.hpp"
#include "media/worker/sandbox.hpp"
#include "media/worker/worker.hpp"

#include <fcntl.h>
#include <nlohmann/json.hpp>
#include <sched.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <string>
#include <system_error>

#ifdef __SANITIZE_ADDRESS__
#include <sanitizer/lsan_interface.h>
#endif

namespace camwall::media {

namespace {

constexpr std::size_t request_bytes_max = 4096;
constexpr std::size_t name_bytes_max = 128;
constexpr int descriptors_per_request = 3;

struct request {
  std::string title;
  unique_fd socket;
  unique_fd log;
  unique_fd media;
  std::string problem;
};

/// Signals as at the start of a program: the server may have blocked or ignored some.
void reset_signals() {
  for (int i = 1; i < NSIG; ++i)
    ::signal(i, SIG_DFL);
  // Writing to a dead peer, or too large a file, is an error code here and not an end.
  ::signal(SIGPIPE, SIG_IGN);
  ::signal(SIGXFSZ, SIG_IGN);
  // Ctrl-C goes to all of a terminal's processes; the server ends its workers in order.
  ::signal(SIGINT, SIG_IGN);
  sigset_t none;
  ::sigemptyset(&none);
  ::pthread_sigmask(SIG_SETMASK, &none, nullptr);
}

/// A worker takes its time-outs from here; libav and getaddrinfo have no other way in.
void set_environment() {
  // NOLINTNEXTLINE(concurrency-mt-unsafe): there is one thread.
  ::setenv("RES_OPTIONS", "timeout:1 attempts:1", 1);
}

/// Touches what every worker touches, so that its pages are shared: code that is bound lazily, and
/// tables that are made at first use.
void warm_up() {
  av_log_set_level(AV_LOG_QUIET); // It opens, and closes, what it has no use for.
  avformat_network_init();
  load_name_services();
  parameters_ptr g711{avcodec_parameters_alloc()};
  g711->codec_type = AVMEDIA_TYPE_AUDIO;
  g711->codec_id = AV_CODEC_ID_PCM_MULAW;
  g711->sample_rate = 8000;
  av_channel_layout_default(&g711->ch_layout, 1);
  if (auto made = audio_transcoder::open(*g711)) {
    (*made)->push_silence(4096);
    while ((*made)->take())
      ;
    static_cast<void>(make_init_segment(*(*made)->parameters(), 16'000));
  }
  static_cast<void>(decode_keyframe(video_codec::h264, {}));
  static_cast<void>(decode_keyframe(video_codec::h265, {}));
  warm_up_renditions();
  if (auto* parser = av_parser_init(AV_CODEC_ID_H264))
    av_parser_close(parser);
  // A port where nobody listens: the way through the RTSP client up to the refusal.
  AVFormatContext* none = nullptr;
  avformat_open_input(&none, "rtsp://127.0.0.1:1/", av_find_input_format("rtsp"), nullptr);
  log_libav();
}

std::string error_name(int error) {
  return std::generic_category().message(error);
}

/// Only what may stand in a process list.
std::string title_of(const std::string& camera, const std::string& stream) {
  auto out = camera + '/' + stream;
  out.resize(std::min(out.size(), name_bytes_max));
  for (auto& c : out)
    if (static_cast<unsigned char>(c) <= 0x20 || static_cast<unsigned char>(c) >= 0x7f)
      c = '_';
  return out;
}

void take_descriptors(msghdr& message, request& into) {
  std::array<int, descriptors_per_request> fds{-1, -1, -1};
  std::size_t count = 0;
  for (auto* c = CMSG_FIRSTHDR(&message); c != nullptr; c = CMSG_NXTHDR(&message, c)) {
    if (c->cmsg_level != SOL_SOCKET || c->cmsg_type != SCM_RIGHTS)
      continue;
    count = (c->cmsg_len - CMSG_LEN(0)) / sizeof(int);
    std::memcpy(fds.data(), CMSG_DATA(c), std::min(count, fds.size()) * sizeof(int));
  }
  into.socket.reset(fds[0]);
  into.log.reset(fds[1]);
  into.media.reset(fds[2]);
  if (count != descriptors_per_request || (message.msg_flags & MSG_CTRUNC) != 0)
    into.problem = "a request carries three descriptors";
}

/// Reads a request. Returns false at the end of the socket.
bool receive(request& into) {
  std::array<char, request_bytes_max> text{};
  alignas(cmsghdr) std::array<char, CMSG_SPACE(descriptors_per_request * sizeof(int))> control{};
  iovec data{.iov_base = text.data(), .iov_len = text.size()};
  msghdr message{};
  message.msg_iov = &data;
  message.msg_iovlen = 1;
  message.msg_control = control.data();
  message.msg_controllen = control.size();
  ssize_t n = 0;
  do {
    n = ::recvmsg(control_fd, &message, MSG_CMSG_CLOEXEC);
  } while (n < 0 && errno == EINTR);
  if (n <= 0)
    return false;
  take_descriptors(message, into);
  auto tree = nlohmann::json::parse(text.begin(), text.begin() + n, nullptr, false);
  auto name = [&](const char* key) {
    return tree.is_object() && tree.contains(key) && tree[key].is_string()
             ? tree[key].get<std::string>()
             : std::string{};
  };
  into.title = title_of(name("camera"), name("stream"));
  if (name("camera").empty() || name("stream").empty())
    into.problem = "a request names camera and stream";
  return true;
}

void set_title(std::span<char> memory, const std::string& name) {
  ::prctl(PR_SET_NAME, name.c_str());
  if (memory.empty())
    return;
  auto text = "camwall-worker " + name;
  std::fill(memory.begin(), memory.end(), '\0');
  std::copy_n(text.begin(), std::min(text.size(), memory.size() - 1), memory.begin());
}

/// In a build that looks for leaks it does so here, since `_exit` leaves that out.
void tell_leaks() noexcept {
#ifdef __SANITIZE_ADDRESS__
  ::prctl(PR_SET_DUMPABLE, 1); // It looks at our threads as a debugger would.
  __lsan_do_leak_check();
#endif
}

/// The worker's first steps: it keeps its socket and its stderr, and nothing of the zygote's.
[[noreturn]] void become_worker(request& own, pid_t server, std::span<char> title) {
  if (!confine_clone(server))
    ::_exit(1);
  set_title(title, own.title);
  ::dup2(own.log.get(), STDERR_FILENO);
  // Its own stream must never wait for a server that does not read.
  ::fcntl(STDERR_FILENO, F_SETFL, ::fcntl(STDERR_FILENO, F_GETFL) | O_NONBLOCK);
  ::dup2(own.socket.get(), control_fd);
  // None of the three is `control_fd`, which was the zygote's: nothing is lost here.
  ::dup2(own.media.get(), media_fd);
  own.socket.release();
  own.log.release();
  own.media.release();
  ::close_range(media_fd + 1, ~0U, 0);
  ::fcntl(control_fd, F_SETFD, FD_CLOEXEC);
  ::fcntl(media_fd, F_SETFD, FD_CLOEXEC);
  auto status = run_worker(unique_fd{control_fd}, unique_fd{media_fd});
  tell_leaks();
  // Without the exit handlers: what they would tidy is the zygote's too.
  ::_exit(status);
}

/// A child of our parent: it outlives us, and the server can wait for it.
pid_t clone_for_parent() noexcept {
  return static_cast<pid_t>(
    ::syscall(SYS_clone, CLONE_PARENT | SIGCHLD, nullptr, nullptr, nullptr, nullptr));
}

nlohmann::json serve(request& x, pid_t server, std::span<char> title) {
  if (!x.problem.empty())
    return {{"error", x.problem}};
  auto pid = clone_for_parent();
  if (pid == 0)
    become_worker(x, server, title);
  if (pid < 0)
    return {{"error", "clone: " + error_name(errno)}};
  return {{"pid", pid}};
}

} // namespace

int run_zygote(std::span<char> title) {
  auto server = ::getppid();
  ::fcntl(control_fd, F_SETFD, FD_CLOEXEC);
  reset_signals();
  set_environment();
  warm_up();
  while (true) {
    request x;
    if (!receive(x))
      return 0;
    auto answer = serve(x, server, title).dump();
    if (::send(control_fd, answer.data(), answer.size(), MSG_NOSIGNAL) < 0)
      return 0;
  }
}

} // namespace camwall::media
