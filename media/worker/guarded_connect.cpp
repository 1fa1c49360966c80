// libavformat connects to whatever a name means at that moment and wherever a camera sends it.
// There is no hook to be asked first, so this program brings its own connect, which the linker
// prefers to that of the C library. The C library's own look-ups of names do not come here.

#include "media/worker/connect_guard.hpp"

#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>

namespace {

bool is_stream(int fd) {
  int type = 0;
  socklen_t size = sizeof type;
  return ::getsockopt(fd, SOL_SOCKET, SO_TYPE, &type, &size) == 0 && type == SOCK_STREAM;
}

bool is_ip(const sockaddr* to, socklen_t size) {
  return to != nullptr && size >= sizeof(sa_family_t) &&
         (to->sa_family == AF_INET || to->sa_family == AF_INET6);
}

} // namespace

// The C library's headers may define it inline, so that ours differs and takes its name in the
// object file.
extern "C" int camwall_connect(int fd, const sockaddr* to, socklen_t size) __asm__("connect");

int camwall_connect(int fd, const sockaddr* to, socklen_t size) {
  namespace media = camwall::media;
  if (is_ip(to, size) && is_stream(fd) &&
      !media::the_connect_guard().admits(media::to_peer(to, size))) {
    errno = EACCES;
    return -1;
  }
  return static_cast<int>(::syscall(SYS_connect, fd, to, size));
}
