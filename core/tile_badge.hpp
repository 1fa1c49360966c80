#pragma once

#include <array>
#include <cstdint>
#include <string_view>
#include <utility>

namespace camwall {

/// What a tile of the page says about its picture (docs/reference/page.md).
enum class tile_badge : std::uint8_t {
  live,
  connecting,
  stale,
  offline,
  auth_failed,
  off,
  idle,
  paused, ///< Nobody can see the tile, so nothing is loaded.
  unplayable,
  frozen,
  undecodable,
  black,
  uniform,
  other, ///< A word that this server does not know.
};

/// All badges with their words: label values of the metrics.
inline constexpr std::array<std::pair<tile_badge, std::string_view>, 14> all_badges{{
  {tile_badge::live, "live"},
  {tile_badge::connecting, "connecting"},
  {tile_badge::stale, "stale"},
  {tile_badge::offline, "offline"},
  {tile_badge::auth_failed, "auth_failed"},
  {tile_badge::off, "off"},
  {tile_badge::idle, "idle"},
  {tile_badge::paused, "paused"},
  {tile_badge::unplayable, "unplayable"},
  {tile_badge::frozen, "frozen"},
  {tile_badge::undecodable, "undecodable"},
  {tile_badge::black, "black"},
  {tile_badge::uniform, "uniform"},
  {tile_badge::other, "other"},
}};

constexpr tile_badge parse_badge(std::string_view word) noexcept {
  for (const auto& [badge, text] : all_badges)
    if (text == word)
      return badge;
  return tile_badge::other;
}

/// Whether the tile shows what it should of a camera that is up: its picture of now, or nothing
/// because nobody looks.
constexpr bool follows_camera(tile_badge x) noexcept {
  return x == tile_badge::live || x == tile_badge::black || x == tile_badge::uniform ||
         x == tile_badge::paused || x == tile_badge::idle;
}

} // namespace camwall
