#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

struct wslay_frame_context;

namespace camwall::http {

enum class message_kind : std::uint8_t { text, binary, ping, pong, close };

/// What a client said.
struct client_message {
  message_kind kind = message_kind::text;
  std::string_view payload;     ///< Of `close`: the reason.
  std::uint16_t close_code = 0; ///< Of `close`: 0 when it carried none.
};

/// Puts messages together from the bytes that a client sends, strictly after RFC 6455 §5: no
/// extensions, every frame masked, control frames whole and small, text valid.
class message_reader {
public:
  enum class result { none, message, failed };

  /// Why the connection must be failed (RFC 6455 §7.1.7). Static storage.
  struct failure {
    std::uint16_t close_code = 0;
    std::string_view reason;
  };

  explicit message_reader(std::size_t message_bytes_max);
  ~message_reader();
  message_reader(const message_reader&) = delete;
  message_reader& operator=(const message_reader&) = delete;

  /// To be called when `next` has said `none`; the bytes stay where they are until it says so
  /// again.
  void give(std::string_view bytes) noexcept {
    input_ = bytes;
  }

  result next();

  /// After `message`, until the next call.
  const client_message& message() const noexcept {
    return message_;
  }

  /// After `failed`, which is final.
  const failure& why() const noexcept {
    return why_;
  }

  /// Names the message, or the control frame, that has begun and not ended; 0 when there is none.
  std::uint64_t unfinished() const noexcept;

private:
  struct parsed_frame;
  struct free_context {
    void operator()(wslay_frame_context* x) const noexcept;
  };

  static long read_input(unsigned char* buffer, std::size_t size, int flags, void* self);
  result fail(std::uint16_t code, std::string_view reason);
  result begin_frame(const parsed_frame& x);
  result end_frame();
  result finish_data();
  result finish_close();

  std::size_t message_bytes_max_;
  std::unique_ptr<wslay_frame_context, free_context> frames_;
  std::string_view input_;
  std::string data_;    // Of the message in progress.
  std::string control_; // Of the control frame in progress.
  client_message message_;
  failure why_;
  std::uint64_t taken_ = 0;  // Bytes that the parser has taken.
  std::uint64_t framed_ = 0; // Of those, in frames that are complete.
  std::uint64_t frames_seen_ = 0;
  std::uint64_t begun_ = 0; // Number of the frame that began the message in progress; 0 without.
  std::uint64_t frame_left_ = 0;
  std::uint64_t frame_size_ = 0;
  unsigned char frame_opcode_ = 0;
  message_kind data_kind_ = message_kind::text;
  bool frame_final_ = false;
  bool in_frame_ = false;
  bool told_ = false; // The message in data_ was handed out and can go.
};

} // namespace camwall::http
