#pragma once

#include "media/media_message.hpp"

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace camwall::media {

/// A whole chunk, or a description, of one feed.
struct arrived_media {
  std::uint32_t feed = 0;
  message_kind kind = message_kind::video;
  bool keyframe = false;
  bool discontinuity = false;
  bool sound = false;
  std::uint64_t capture_us = 0;
  std::uint32_t dropped = 0; ///< Chunks that the worker left out before it.
  std::string payload;
};

/// Puts together what one worker sends over its media channel, and judges it: sizes, rates and the
/// order of parts. What the feeds are is the hub's to judge.
class media_guard {
public:
  using clock = std::chrono::steady_clock;

  /// Ten times what a lively 4K camera sends, in two formats. When watching begins the worker sends
  /// what it kept for each feed, at once.
  static constexpr double bytes_per_second_max = 32.0 * 1024 * 1024;
  static constexpr double bytes_burst_max = 96.0 * 1024 * 1024;

  /// What each message costs at least: many small ones are work, too.
  static constexpr double message_bytes_min = 4096;

  enum class verdict : std::uint8_t { fine, too_much, wrong };

  explicit media_guard(clock::time_point now) noexcept : refilled_at_(now) {
    // nop
  }

  /// Takes one packet. Unless it is `fine`, `complaint` says why.
  verdict take(std::string_view packet, clock::time_point now);

  /// What became whole with the last packet.
  std::optional<arrived_media> take_whole();

  const std::string& complaint() const noexcept {
    return complaint_;
  }

private:
  verdict refuse(std::string why);
  bool admit(std::size_t bytes, clock::time_point now);
  bool begin(const media_header& x);
  bool continues(const media_header& x) const noexcept;

  double allowance_ = bytes_burst_max;
  clock::time_point refilled_at_;
  std::optional<media_header> header_; ///< Of the first part, until the last is there.
  arrived_media current_;
  bool whole_ = false;
  std::string complaint_;
};

} // namespace camwall::media
