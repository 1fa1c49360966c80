#pragma once

#include "media/worker/bytes.hpp"

#include <array>
#include <cstddef>
#include <cstdint>

namespace camwall::media {

/// Looks on while libav reads RTP packets that are interleaved with RTSP (RFC 2326 §10.12), to
/// learn what it does not tell: whether the last one had its marker set (RFC 3550 §5.1).
///
/// libav asks for a dollar sign, then for three bytes, then for the packet. Whatever else it asks
/// for is no packet: nothing is guessed.
class interleaved_reader {
public:
  /// Another connection begins.
  void reset() noexcept {
    *this = {};
  }

  /// libav asked for so many bytes, and got these.
  void read(std::size_t asked, byte_view got) noexcept;

  /// Whether `content` is what the last packet carried, at its end, and that packet was marked.
  bool marks_end_of(byte_view content) const noexcept;

private:
  enum class stage : std::uint8_t { sign, head, body };

  static constexpr std::size_t tail_bytes = 8;

  void take_body(byte_view got) noexcept;

  stage stage_ = stage::sign;
  std::size_t left_ = 0; ///< Of the head or body.
  std::size_t size_ = 0; ///< Of the body.
  std::size_t taken_ = 0;
  std::uint16_t length_ = 0;
  std::array<std::uint8_t, 2> begin_{};         ///< Of the RTP header.
  std::array<std::uint8_t, tail_bytes> tail_{}; ///< The last bytes of the body.
  bool whole_ = false;                          ///< The last packet is read to its end.
};

/// Of the worker's only RTSP connection; for the copying thread.
interleaved_reader& interleaved_packets() noexcept;

} // namespace camwall::media
