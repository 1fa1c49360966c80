#pragma once

#include "core/live_media.hpp"

#include <cstddef>
#include <cstdint>
#include <string>

namespace camwall::http {

inline constexpr std::size_t media_header_bytes = 16;

/// What a binary message of `/ws/wall` begins with (docs/reference/wall-socket.md).
struct media_header {
  static constexpr std::uint32_t keyframe = 1;
  static constexpr std::uint32_t discontinuity = 2;
  static constexpr std::uint32_t dropped_before = 4;
  static constexpr std::uint32_t sound_init = 8;

  chunk_kind kind = chunk_kind::video;
  std::uint16_t channel = 0;
  std::uint32_t flags = 0;
  std::uint64_t capture_us = 0; ///< Microseconds since the Unix epoch.
};

/// The 16 bytes, big-endian.
std::string encode(const media_header& x);

} // namespace camwall::http
