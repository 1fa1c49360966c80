#pragma once

#include <array>
#include <cstdint>
#include <string_view>

namespace camwall {

/// What a webhook may tell of.
enum class notice_event : std::uint8_t {
  down,    ///< A camera is not live although it should be.
  picture, ///< Its picture is frozen, undecodable, black or uniform.
  reload,  ///< The configuration could not be taken.
};

inline constexpr std::array all_notice_events{notice_event::down, notice_event::picture,
                                              notice_event::reload};

/// `down`, `picture` or `reload`.
constexpr std::string_view to_string(notice_event x) noexcept {
  switch (x) {
    case notice_event::down:
      return "down";
    case notice_event::picture:
      return "picture";
    case notice_event::reload:
      return "reload";
  }
  return "";
}

} // namespace camwall
