// libavformat reads each interleaved RTP packet (RFC 2326 §10.12) with six system calls: poll and
// recv for 1, 3 and all further bytes. There is no hook to put a buffer under it, so this program
// brings its own recv, poll and close, which the linker prefers to those of the C library: stream
// sockets are read 32 KiB at a time. Measured with a 720p camera of 2 Mbit/s: about 1,500 system
// calls a second become 100, and a third of the CPU time goes.
//
// What libav reads passes `interleaved_packets`, which sees the packets' markers.
//
// One thread calls these (a worker has one; the zygote has one). Only recv without flags on IP
// stream sockets is buffered; all else goes to the kernel as it is.

#include "media/worker/interleaved.hpp"
#include "media/worker/order_bell.hpp"

#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstring>
#include <memory>

namespace {

constexpr std::size_t buffer_bytes = 32UL * 1024;

/// A worker may not have more open files; sockets beyond are read without a buffer.
constexpr int sockets_max = 64;

struct receive_buffer {
  std::size_t begin = 0;
  std::size_t end = 0;
  std::array<std::byte, buffer_bytes> data;
};

enum class socket_kind : unsigned char { unknown, buffered, plain };

struct slot {
  socket_kind kind = socket_kind::unknown;
  std::unique_ptr<receive_buffer> buffer;
};

slot* slot_of(int fd) {
  static std::array<slot, sockets_max> slots;
  return fd >= 0 && fd < sockets_max ? &slots[static_cast<std::size_t>(fd)] : nullptr;
}

bool is_ip_stream(int fd) {
  int type = 0;
  int domain = 0;
  socklen_t size = sizeof type;
  if (::getsockopt(fd, SOL_SOCKET, SO_TYPE, &type, &size) != 0 || type != SOCK_STREAM)
    return false;
  size = sizeof domain;
  return ::getsockopt(fd, SOL_SOCKET, SO_DOMAIN, &domain, &size) == 0 &&
         (domain == AF_INET || domain == AF_INET6);
}

bool has_data(int fd) {
  auto* x = slot_of(fd);
  return x != nullptr && x->buffer && x->buffer->begin < x->buffer->end;
}

ssize_t kernel_receive(int fd, void* to, std::size_t size, int flags) {
  return ::syscall(SYS_recvfrom, fd, to, size, flags, nullptr, nullptr);
}

receive_buffer* buffer_of(int fd) {
  auto* x = slot_of(fd);
  if (x == nullptr || x->kind == socket_kind::plain)
    return nullptr;
  if (x->kind == socket_kind::unknown) {
    x->kind = is_ip_stream(fd) ? socket_kind::buffered : socket_kind::plain;
    if (x->kind == socket_kind::plain)
      return nullptr;
    x->buffer = std::make_unique_for_overwrite<receive_buffer>();
    camwall::media::interleaved_packets().reset();
  }
  return x->buffer.get();
}

void note(std::size_t asked, const void* data, ssize_t size) {
  if (size > 0)
    camwall::media::interleaved_packets().read(
      asked, {static_cast<const std::uint8_t*>(data), static_cast<std::size_t>(size)});
}

int kernel_poll(pollfd* fds, nfds_t count, int timeout_ms) {
  return static_cast<int>(::syscall(SYS_poll, fds, count, timeout_ms));
}

bool is_buffered(int fd) {
  auto* x = slot_of(fd);
  return x != nullptr && x->buffer;
}

/// libav takes the return for the end of one of its many short waits, and asks whether to go on.
int poll_with_bell(pollfd& camera, camwall::media::order_bell& bell, int timeout_ms) {
  std::array<pollfd, 2> both{camera, pollfd{.fd = bell.fd, .events = POLLIN, .revents = 0}};
  auto result = kernel_poll(both.data(), both.size(), timeout_ms);
  if (result < 0)
    return result;
  camera.revents = both[0].revents;
  bell.rung = both[1].revents != 0;
  return camera.revents != 0 ? 1 : 0;
}

} // namespace

// The C library's headers may define these names inline, so that ours differ and take theirs in the
// object file.
extern "C" {
ssize_t camwall_recv(int fd, void* to, std::size_t size, int flags) __asm__("recv");
int camwall_poll(pollfd* fds, nfds_t count, int timeout_ms) __asm__("poll");
int camwall_close(int fd) __asm__("close");
}

ssize_t camwall_recv(int fd, void* to, std::size_t size, int flags) {
  auto* buffer = flags == 0 ? buffer_of(fd) : nullptr;
  if (buffer == nullptr)
    return kernel_receive(fd, to, size, flags);
  if (buffer->begin == buffer->end) {
    if (size >= buffer_bytes) {
      auto n = kernel_receive(fd, to, size, 0);
      note(size, to, n);
      return n;
    }
    auto n = kernel_receive(fd, buffer->data.data(), buffer_bytes, 0);
    if (n <= 0)
      return n;
    buffer->begin = 0;
    buffer->end = static_cast<std::size_t>(n);
  }
  auto n = std::min(size, buffer->end - buffer->begin);
  std::memcpy(to, buffer->data.data() + buffer->begin, n);
  buffer->begin += n;
  note(size, to, static_cast<ssize_t>(n));
  return static_cast<ssize_t>(n);
}

int camwall_poll(pollfd* fds, nfds_t count, int timeout_ms) {
  auto ready = [](const pollfd& x) { return (x.events & POLLIN) != 0 && has_data(x.fd); };
  if (std::none_of(fds, fds + count, ready)) {
    auto& bell = camwall::media::the_order_bell();
    if (count == 1 && fds->events == POLLIN && is_buffered(fds->fd) && bell.fd >= 0 && !bell.rung)
      return poll_with_bell(*fds, bell, timeout_ms);
    return kernel_poll(fds, count, timeout_ms);
  }
  if (count == 1 && fds->events == POLLIN) {
    fds->revents = POLLIN;
    return 1;
  }
  auto result = kernel_poll(fds, count, 0);
  if (result < 0)
    return result;
  for (auto* x = fds; x != fds + count; ++x) {
    if (!ready(*x))
      continue;
    result += x->revents == 0 ? 1 : 0;
    x->revents = static_cast<short>(x->revents | POLLIN);
  }
  return result;
}

int camwall_close(int fd) {
  if (auto* x = slot_of(fd)) {
    x->kind = socket_kind::unknown;
    x->buffer.reset();
  }
  return static_cast<int>(::syscall(SYS_close, fd));
}
