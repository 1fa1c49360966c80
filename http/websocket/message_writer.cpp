#include "http/websocket/message_writer.hpp"

#include "http/websocket/utf8.hpp"

#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <utility>

namespace camwall::http {

namespace {

// RFC 6455 §5.2.
constexpr unsigned char text_opcode = 0x1;
constexpr unsigned char binary_opcode = 0x2;
constexpr unsigned char close_opcode = 0x8;
constexpr unsigned char ping_opcode = 0x9;
constexpr unsigned char pong_opcode = 0xa;
constexpr unsigned char final_bit = 0x80;
constexpr std::size_t header_bytes_max = 10;
constexpr std::size_t close_reason_bytes_max = 123;

void append_header(std::string& out, unsigned char opcode, std::size_t size) {
  out.push_back(static_cast<char>(final_bit | opcode));
  auto length_bytes = size < 126 ? 0 : size < 65'536 ? 2 : 8;
  if (length_bytes == 0)
    out.push_back(static_cast<char>(size));
  else
    out.push_back(length_bytes == 2 ? 126 : 127);
  for (auto shift = 8 * (length_bytes - 1); shift >= 0; shift -= 8)
    out.push_back(static_cast<char>((size >> static_cast<unsigned>(shift)) & 0xffU));
}

// Header, `payload`, and an announcement of `more` bytes that follow from elsewhere.
std::string frame(unsigned char opcode, std::string_view payload, std::size_t more = 0) {
  std::string out;
  out.reserve(header_bytes_max + payload.size());
  append_header(out, opcode, payload.size() + more);
  return out.append(payload);
}

} // namespace

void message_writer::push(item x) {
  queued_bytes_ += x.size();
  queue_.push_back(std::move(x));
}

void message_writer::text(std::string_view message) {
  if (!closed_)
    push({frame(text_opcode, message), nullptr});
}

void message_writer::binary(std::string_view head, media_chunk_ptr chunk) {
  if (closed_)
    return;
  auto size = chunk->payload.size();
  push({frame(binary_opcode, head, size), std::move(chunk)});
}

void message_writer::ping() {
  if (closed_ || !ping_.empty())
    return;
  ping_ = frame(ping_opcode, {});
  queued_bytes_ += ping_.size();
}

void message_writer::pong(std::string_view payload) {
  if (closed_)
    return;
  queued_bytes_ -= pong_.size();
  pong_ = frame(pong_opcode, payload);
  queued_bytes_ += pong_.size();
}

void message_writer::close(std::uint16_t code, std::string_view reason) {
  if (std::exchange(closed_, true))
    return;
  std::string payload;
  if (code != 0) {
    payload.push_back(static_cast<char>(code >> 8U));
    payload.push_back(static_cast<char>(code & 0xffU));
    payload.append(cut_utf8(reason, close_reason_bytes_max));
  }
  push({frame(close_opcode, payload), nullptr, true});
}

void message_writer::close_now(std::uint16_t code, std::string_view reason) {
  std::size_t kept = front_sent_ > 0 ? 1 : 0;
  queue_.resize(kept);
  queued_bytes_ = kept > 0 ? queue_.front().size() - front_sent_ : 0;
  pong_.clear();
  ping_.clear();
  close(code, reason);
}

// One at a time waits in the queue, so that a client that pings and does not read fills nothing.
void message_writer::bring_controls_forward() {
  if (front_sent_ > 0 || (!queue_.empty() && queue_.front().control))
    return;
  for (auto* waiting : {&ping_, &pong_})
    if (!waiting->empty())
      queue_.push_front({std::exchange(*waiting, {}), nullptr, true});
}

std::size_t message_writer::gather(std::span<iovec> parts) const {
  std::size_t n = 0;
  auto skip = front_sent_;
  auto add = [&](const std::string& bytes) {
    if (skip < bytes.size())
      parts[n++] = {const_cast<char*>(bytes.data()) + skip, bytes.size() - skip};
    skip -= std::min(skip, bytes.size());
  };
  for (const auto& x : queue_) {
    if (n + 2 > parts.size())
      break;
    add(x.head);
    if (x.chunk)
      add(x.chunk->payload);
    // What overtakes goes in behind the message that has begun.
    if (front_sent_ > 0 && (!ping_.empty() || !pong_.empty()))
      break;
  }
  return n;
}

void message_writer::advance(std::size_t n) {
  sent_ += n;
  queued_bytes_ -= n;
  front_sent_ += n;
  while (!queue_.empty() && front_sent_ >= queue_.front().size()) {
    front_sent_ -= queue_.front().size();
    queue_.pop_front();
  }
}

message_writer::progress message_writer::pump(int socket) {
  std::array<iovec, parts_max> parts;
  for (;;) {
    bring_controls_forward();
    if (queue_.empty())
      return progress::done;
    msghdr message{};
    message.msg_iov = parts.data();
    message.msg_iovlen = gather(parts);
    auto n = ::sendmsg(socket, &message, MSG_NOSIGNAL | MSG_DONTWAIT);
    if (n < 0) {
      if (errno == EINTR)
        continue;
      return errno == EAGAIN ? progress::blocked : progress::failed;
    }
    advance(static_cast<std::size_t>(n));
  }
}

} // namespace camwall::http
