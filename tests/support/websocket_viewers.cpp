// websocket_viewers: many viewers of http_testbed's broadcast in one thread. Prints `open` once all
// are connected, and after the time a line of JSON: what came, what was missing, how late.

#include "core/unique_fd.hpp"

#include <CLI/CLI.hpp>
#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <iostream>
#include <stdexcept>
#include <string>
#include <vector>

namespace {

using clock_type = std::chrono::steady_clock;

constexpr std::size_t media_header_bytes = 16;

/// Takes a server's frames apart and looks at the number of each picture.
class viewer {
public:
  viewer(camwall::unique_fd socket, bool reads) : socket_(std::move(socket)), reads_(reads) {
    // nop
  }

  int fd() const noexcept {
    return socket_.get();
  }
  bool reads() const noexcept {
    return reads_;
  }

  /// False when the server has closed.
  bool on_readable(std::vector<char>& buffer, clock_type::time_point now) {
    auto n = ::recv(fd(), buffer.data(), buffer.size(), MSG_DONTWAIT);
    if (n < 0)
      return errno == EAGAIN || errno == EINTR;
    for (std::size_t i = 0; i < static_cast<std::size_t>(n);)
      i += take({buffer.data() + i, static_cast<std::size_t>(n) - i}, now);
    return n > 0;
  }

  std::uint64_t messages = 0;
  std::uint64_t gaps = 0;
  std::uint64_t bytes = 0;
  clock_type::duration longest_wait{0};

private:
  std::size_t take(std::string_view input, clock_type::time_point now) {
    if (left_ > 0) {
      auto n = std::min<std::uint64_t>(left_, input.size());
      left_ -= n;
      bytes += n;
      return n;
    }
    head_.push_back(input.front());
    if (head_.size() == head_bytes())
      finish_head(now);
    return 1;
  }

  std::size_t length_bytes() const noexcept {
    auto x = static_cast<unsigned char>(head_[1]);
    return x == 127 ? 8 : x == 126 ? 2 : 0;
  }

  // Frame header, and the picture's number when the message has one.
  std::size_t head_bytes() const noexcept {
    if (head_.size() < 2)
      return 2;
    auto numbered = static_cast<unsigned char>(head_[0]) == 0x82;
    return 2 + length_bytes() + (numbered ? media_header_bytes + 8 : 0);
  }

  static std::uint64_t big_endian(std::string_view x) noexcept {
    std::uint64_t out = 0;
    for (auto c : x)
      out = out << 8U | static_cast<unsigned char>(c);
    return out;
  }

  void finish_head(clock_type::time_point now) {
    std::string_view head = head_;
    auto extended = length_bytes();
    auto size = extended > 0 ? big_endian(head.substr(2, extended))
                             : static_cast<std::uint64_t>(static_cast<unsigned char>(head[1]));
    auto taken = head.size() - 2 - extended;
    left_ = size - std::min<std::uint64_t>(taken, size);
    if (taken > 0) {
      auto number = big_endian(head.substr(head.size() - 8));
      if (messages++ > 0) {
        gaps += number == last_ + 1 ? 0 : 1;
        longest_wait = std::max(longest_wait, now - last_at_);
      }
      last_ = number;
      last_at_ = now;
    }
    head_.clear();
  }

  camwall::unique_fd socket_;
  bool reads_;
  std::string head_;
  std::uint64_t left_ = 0; // Of the frame's payload.
  std::uint64_t last_ = 0;
  clock_type::time_point last_at_;
};

struct options {
  std::uint16_t port = 0;
  int viewers = 200;
  int stalled = 0;
  double seconds = 10;
};

camwall::unique_fd connect_to(std::uint16_t port, bool reads) {
  camwall::unique_fd fd{::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)};
  sockaddr_in to{};
  to.sin_family = AF_INET;
  to.sin_port = htons(port);
  to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (int small = 65'536; !reads)
    ::setsockopt(fd.get(), SOL_SOCKET, SO_RCVBUF, &small, sizeof small);
  if (::connect(fd.get(), reinterpret_cast<sockaddr*>(&to), sizeof to) != 0)
    throw std::runtime_error("cannot connect");
  auto text = "GET /ws/broadcast HTTP/1.1\r\nHost: 127.0.0.1:" + std::to_string(port) +
              "\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
              "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n";
  if (::send(fd.get(), text.data(), text.size(), 0) != static_cast<ssize_t>(text.size()))
    throw std::runtime_error("cannot send");
  // Byte by byte: what follows belongs to the WebSocket.
  std::string answer;
  for (char c = 0; !answer.ends_with("\r\n\r\n"); answer.push_back(c))
    if (::recv(fd.get(), &c, 1, 0) != 1)
      throw std::runtime_error("no answer");
  if (!answer.starts_with("HTTP/1.1 101 "))
    throw std::runtime_error(answer.substr(0, answer.find('\r')));
  return fd;
}

void report(const std::vector<viewer>& all, double seconds, int closed) {
  std::uint64_t messages = 0;
  std::uint64_t least = ~std::uint64_t{0};
  std::uint64_t gaps = 0;
  std::uint64_t bytes = 0;
  clock_type::duration wait{0};
  for (const auto& x : all) {
    if (!x.reads())
      continue;
    messages += x.messages;
    least = std::min(least, x.messages);
    gaps += x.gaps;
    bytes += x.bytes;
    wait = std::max(wait, x.longest_wait);
  }
  auto ms = std::chrono::duration<double, std::milli>(wait).count();
  std::printf(
    "{\"messages\": %llu, \"least\": %llu, \"gaps\": %llu, \"closed\": %d, "
    "\"mbit_s\": %.1f, \"longest_wait_ms\": %.0f}\n",
    static_cast<unsigned long long>(messages), static_cast<unsigned long long>(least),
    static_cast<unsigned long long>(gaps), closed, static_cast<double>(bytes) * 8 / 1e6 / seconds,
    ms);
}

void watch(const options& x) {
  camwall::unique_fd epoll{::epoll_create1(EPOLL_CLOEXEC)};
  std::vector<viewer> all;
  all.reserve(static_cast<std::size_t>(x.viewers) + static_cast<std::size_t>(x.stalled));
  for (int i = 0; i < x.viewers + x.stalled; ++i) {
    auto& added = all.emplace_back(connect_to(x.port, i < x.viewers), i < x.viewers);
    epoll_event event{};
    event.events = EPOLLIN;
    event.data.u64 = all.size() - 1;
    if (added.reads())
      ::epoll_ctl(epoll.get(), EPOLL_CTL_ADD, added.fd(), &event);
  }
  std::cout << "open" << std::endl;
  std::vector<char> buffer(1 << 18);
  std::array<epoll_event, 256> events;
  int closed = 0;
  auto end = clock_type::now() + std::chrono::duration<double>(x.seconds);
  for (auto now = clock_type::now(); now < end; now = clock_type::now()) {
    auto n = ::epoll_wait(epoll.get(), events.data(), events.size(), 20);
    for (int i = 0; i < n; ++i) {
      auto& one = all[events[static_cast<std::size_t>(i)].data.u64];
      if (one.on_readable(buffer, clock_type::now()))
        continue;
      ++closed;
      ::epoll_ctl(epoll.get(), EPOLL_CTL_DEL, one.fd(), nullptr);
    }
  }
  report(all, x.seconds, closed);
}

} // namespace

int main(int argc, char** argv) {
  try {
    options x;
    CLI::App app{"Many viewers of the testbed's broadcast"};
    app.add_option("--port", x.port)->required();
    app.add_option("--viewers", x.viewers);
    app.add_option("--stalled", x.stalled, "so many more that read nothing");
    app.add_option("--seconds", x.seconds);
    CLI11_PARSE(app, argc, argv);
    rlimit files{};
    ::getrlimit(RLIMIT_NOFILE, &files);
    files.rlim_cur = files.rlim_max;
    ::setrlimit(RLIMIT_NOFILE, &files);
    watch(x);
    return 0;
  } catch (const std::exception& x) {
    std::fprintf(stderr, "websocket_viewers: %s\n", x.what());
    return 1;
  }
}
