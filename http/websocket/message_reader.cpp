#include "http/websocket/message_reader.hpp"

#include "http/websocket/session.hpp"
#include "http/websocket/utf8.hpp"

#include <wslay/wslay.h>

#include <algorithm>
#include <cstring>
#include <new>
#include <utility>

namespace camwall::http {

namespace {

constexpr std::size_t kept_bytes_max = 4096;   // Memory that a silent client's buffer keeps.
constexpr std::size_t control_bytes_max = 125; // RFC 6455 §5.5.

bool is_control(unsigned char opcode) noexcept {
  return wslay_is_ctrl_frame(opcode) != 0;
}

// RFC 6455 §5.2: with its mask; the parser refuses lengths that are not in their shortest form.
std::uint64_t frame_bytes(std::uint64_t payload) noexcept {
  constexpr std::uint64_t least = 6;
  return least + payload + (payload < 126 ? 0 : payload < 65'536 ? 2 : 8);
}

// RFC 6455 §7.4 and the registry that it founded: what may stand in a close frame.
bool is_close_code(unsigned x) noexcept {
  return (x >= 1000 && x <= 1003) || (x >= 1007 && x <= 1014) || (x >= 3000 && x <= 4999);
}

} // namespace

struct message_reader::parsed_frame : wslay_frame_iocb {};

void message_reader::free_context::operator()(wslay_frame_context* x) const noexcept {
  wslay_frame_context_free(x);
}

message_reader::message_reader(std::size_t message_bytes_max)
  : message_bytes_max_(message_bytes_max) {
  wslay_frame_callbacks calls{};
  calls.recv_callback = read_input;
  wslay_frame_context_ptr made = nullptr;
  if (wslay_frame_context_init(&made, &calls, this) != 0)
    throw std::bad_alloc{};
  frames_.reset(made);
}

message_reader::~message_reader() = default;

long message_reader::read_input(unsigned char* buffer, std::size_t size, int /*flags*/,
                                void* self) {
  auto& me = *static_cast<message_reader*>(self);
  auto n = std::min(size, me.input_.size());
  if (n == 0)
    return -1;
  std::memcpy(buffer, me.input_.data(), n);
  me.input_.remove_prefix(n);
  me.taken_ += n;
  return static_cast<long>(n);
}

message_reader::result message_reader::fail(std::uint16_t code, std::string_view reason) {
  why_ = {code, reason};
  return result::failed;
}

std::uint64_t message_reader::unfinished() const noexcept {
  if (begun_ != 0)
    return begun_;
  return taken_ > framed_ ? frames_seen_ + 1 : 0;
}

message_reader::result message_reader::next() {
  if (why_.close_code != 0)
    return result::failed;
  if (std::exchange(told_, false)) {
    if (data_.capacity() > kept_bytes_max)
      std::string{}.swap(data_);
    data_.clear();
  }
  for (;;) {
    parsed_frame part{};
    auto n = wslay_frame_recv(frames_.get(), &part);
    if (n == WSLAY_ERR_WANT_READ)
      return result::none;
    if (n < 0)
      return fail(close_code::protocol_error, "bad frame");
    if (!in_frame_ && begin_frame(part) == result::failed)
      return result::failed;
    auto& into = is_control(frame_opcode_) ? control_ : data_;
    into.append(reinterpret_cast<const char*>(part.data), part.data_length);
    frame_left_ -= part.data_length;
    if (frame_left_ > 0)
      continue;
    if (auto x = end_frame(); x != result::none)
      return x;
  }
}

message_reader::result message_reader::begin_frame(const parsed_frame& x) {
  if (x.rsv != WSLAY_RSV_NONE)
    return fail(close_code::protocol_error, "reserved bit set");
  if (x.mask == 0)
    return fail(close_code::protocol_error, "frame is not masked");
  switch (x.opcode) {
    case WSLAY_CONTINUATION_FRAME:
      if (begun_ == 0)
        return fail(close_code::protocol_error, "continues nothing");
      break;
    case WSLAY_TEXT_FRAME:
    case WSLAY_BINARY_FRAME:
      if (begun_ != 0)
        return fail(close_code::protocol_error, "message within a message");
      begun_ = frames_seen_ + 1;
      data_kind_ = x.opcode == WSLAY_TEXT_FRAME ? message_kind::text : message_kind::binary;
      break;
    case WSLAY_CONNECTION_CLOSE:
    case WSLAY_PING:
    case WSLAY_PONG:
      if (x.fin == 0 || x.payload_length > control_bytes_max)
        return fail(close_code::protocol_error, "control frame is fragmented or too long");
      control_.clear();
      break;
    default:
      return fail(close_code::protocol_error, "unknown opcode");
  }
  if (!is_control(x.opcode) && x.payload_length > message_bytes_max_ - data_.size())
    return fail(close_code::message_too_big, "message is too big");
  frame_opcode_ = x.opcode;
  frame_final_ = x.fin != 0;
  frame_left_ = x.payload_length;
  frame_size_ = x.payload_length;
  in_frame_ = true;
  return result::none;
}

message_reader::result message_reader::end_frame() {
  in_frame_ = false;
  ++frames_seen_;
  framed_ += frame_bytes(frame_size_);
  switch (frame_opcode_) {
    case WSLAY_CONNECTION_CLOSE:
      return finish_close();
    case WSLAY_PING:
      message_ = {message_kind::ping, control_, 0};
      return result::message;
    case WSLAY_PONG:
      message_ = {message_kind::pong, control_, 0};
      return result::message;
    default:
      return frame_final_ ? finish_data() : result::none;
  }
}

message_reader::result message_reader::finish_data() {
  begun_ = 0;
  told_ = true;
  message_ = {data_kind_, data_, 0};
  if (data_kind_ == message_kind::text && !is_utf8(data_))
    return fail(close_code::invalid_payload, "text is not UTF-8");
  return result::message;
}

// RFC 6455 §5.5.1.
message_reader::result message_reader::finish_close() {
  message_ = {message_kind::close, {}, 0};
  if (control_.empty())
    return result::message;
  if (control_.size() == 1)
    return fail(close_code::protocol_error, "half a close code");
  auto code = static_cast<unsigned>(static_cast<unsigned char>(control_[0])) << 8U |
              static_cast<unsigned char>(control_[1]);
  if (!is_close_code(code))
    return fail(close_code::protocol_error, "bad close code");
  message_.close_code = static_cast<std::uint16_t>(code);
  message_.payload = std::string_view{control_}.substr(2);
  if (!is_utf8(message_.payload))
    return fail(close_code::invalid_payload, "reason is not UTF-8");
  return result::message;
}

} // namespace camwall::http
