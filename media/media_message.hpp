#pragma once

#include "core/live_media.hpp"

#include <tl/expected.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

/// What a worker sends to the server over the media channel, a SOCK_SEQPACKET socket beside that of
/// facts and orders.
///
/// One message is one packet: a header of fixed size, then one part of a chunk. A socket takes no
/// packet larger than its buffer, so a large chunk comes in several parts, one behind the other. A
/// chunk of which the rest could not be sent is given up: the next message begins another.
namespace camwall::media {

inline constexpr std::size_t media_header_bytes = 32;

/// Fits every socket: the kernel's default buffer has 208 KiB.
inline constexpr std::size_t media_message_bytes_max = 64UL * 1024;
inline constexpr std::size_t media_part_bytes_max = media_message_bytes_max - media_header_bytes;

/// The largest access unit that a worker takes from a camera, with its boxes or TS packets.
inline constexpr std::size_t media_chunk_bytes_max = 18UL * 1024 * 1024;

inline constexpr std::size_t media_init_bytes_max = 256UL * 1024;
inline constexpr std::size_t media_description_bytes_max = 1024;

/// What is asked of the kernel for a worker's end; it gives at most net.core.wmem_max.
inline constexpr int media_socket_bytes = 1024 * 1024;

/// The first four are `chunk_kind`'s.
enum class message_kind : std::uint8_t { init, video, audio, jpeg, description };

struct media_header {
  std::uint32_t feed = 0;
  message_kind kind = message_kind::video;
  bool keyframe = false;
  bool discontinuity = false;
  bool sound = false;
  bool first = false;             ///< The part that a chunk begins with.
  bool last = false;              ///< The part that it ends with.
  std::uint64_t capture_us = 0;   ///< Since the Unix epoch.
  std::uint32_t total_bytes = 0;  ///< Of the whole chunk.
  std::uint32_t offset_bytes = 0; ///< Of this part in it.
  std::uint32_t dropped = 0;      ///< Chunks of this feed that were left out just before.

  friend bool operator==(const media_header&, const media_header&) = default;
};

std::array<char, media_header_bytes> encode(const media_header& x);

/// Reads the header that `packet` begins with. The error says what is wrong with it.
tl::expected<media_header, std::string> decode_media_header(std::string_view packet);

/// The content of a `description`.
std::string encode(const feed_description& x);
tl::expected<feed_description, std::string> decode_description(std::string_view content);

} // namespace camwall::media
