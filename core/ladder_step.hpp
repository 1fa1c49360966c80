#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <utility>

namespace camwall {

/// What the page does about a tile whose picture does not move (docs/reference/page.md).
enum class ladder_step : std::uint8_t {
  seek_to_live,
  restart_load,
  recover_media,
  rebuild,
  ask_server,
  other, ///< A word that this server does not know.
};

/// All steps with their words: label values of the metrics.
inline constexpr std::array<std::pair<ladder_step, std::string_view>, 6> all_ladder_steps{{
  {ladder_step::seek_to_live, "seek_to_live"},
  {ladder_step::restart_load, "restart_load"},
  {ladder_step::recover_media, "recover_media"},
  {ladder_step::rebuild, "rebuild"},
  {ladder_step::ask_server, "ask_server"},
  {ladder_step::other, "other"},
}};

/// So many of each, by the step's number.
using ladder_steps = std::array<std::uint32_t, all_ladder_steps.size()>;

constexpr ladder_step parse_ladder_step(std::string_view word) noexcept {
  for (const auto& [step, text] : all_ladder_steps)
    if (text == word)
      return step;
  return ladder_step::other;
}

} // namespace camwall
