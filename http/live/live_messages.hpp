#pragma once

#include "core/ladder_step.hpp"
#include "core/live_media.hpp"
#include "core/tile_badge.hpp"
#include "core/wall_snapshot.hpp"
#include "http/request.hpp"

#include <tl/expected.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace camwall::http {

/// What may be asked of a picture that the server makes (`jpeg`, `mpeg1`).
namespace picture_limits {
inline constexpr std::uint16_t side_min = 16; ///< Pixels.
inline constexpr std::uint16_t side_max = 4096;
inline constexpr std::uint16_t fps_max = 60;
inline constexpr std::uint16_t quality_max = 100;
} // namespace picture_limits

struct subscribe_message {
  std::uint16_t channel = 0;
  feed_key what; ///< `stream` is empty for the grid stream.
  bool audio = false;
};

struct unsubscribe_message {
  std::uint16_t channel = 0;
};

/// A tile as the page sees it.
struct tile_report {
  std::string camera;
  tile_badge badge = tile_badge::other;
  std::uint32_t stalls = 0; ///< Since the last report.
  std::optional<std::chrono::milliseconds> latency;
  std::uint32_t frames = 0; ///< Pictures presented since the last report.
  ladder_steps steps{};     ///< Since the last report, too.
};

/// What a wall tells of itself.
struct report_message {
  std::vector<tile_report> tiles; ///< None: the wall will be silent for a while.
};

/// What one tile may report.
namespace report_limits {
inline constexpr std::size_t tiles_max = 256;
inline constexpr std::uint32_t stalls_max = 1'000;
inline constexpr std::chrono::milliseconds latency_max{600'000};
inline constexpr std::uint32_t frames_max = 10'000;
inline constexpr std::size_t steps_kinds_max = 16;
inline constexpr std::uint32_t steps_max = 1'000; ///< Of one kind.
} // namespace report_limits

/// A message that means nothing.
struct bad_message {
  std::optional<std::uint16_t> channel; ///< When it names one.
  std::string detail;                   ///< What was expected, for people.
};

using client_message =
  std::variant<subscribe_message, unsubscribe_message, report_message, bad_message>;

/// Reads what a client says over `/ws/wall`.
client_message parse_client_message(std::string_view text);

/// What the query of `/ws/stream` asks for.
struct stream_query {
  feed_key what;       ///< `stream` is empty for the grid stream.
  bool events = false; ///< Text messages besides the binary ones.
};

/// The error is one sentence for people.
tl::expected<stream_query, std::string> parse_stream_query(const request& x);

/// The messages of the server; `channel` is empty in what is said over `/ws/stream`.
using channel_number = std::optional<std::uint16_t>;

std::string hello_text(std::string_view version, std::string_view build);
std::string opened_text(channel_number channel, const feed_description& what, bool audio);
std::string closed_text(std::uint16_t channel, std::string_view code, std::string_view reason);
std::string camera_text(const camera_snapshot& x);
std::string removed_text(std::string_view camera);
std::string notice_text(std::string_view code, channel_number channel, std::string_view detail);
std::string dropped_text(channel_number channel, std::size_t chunks);

} // namespace camwall::http
