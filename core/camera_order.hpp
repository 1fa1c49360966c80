#pragma once

#include <cstdint>
#include <string_view>

namespace camwall {

/// What an operator may order of a camera. Holds until the server ends or the next order comes.
enum class camera_order : std::uint8_t {
  restart, ///< End what runs and begin anew, all failures forgotten.
  retry,   ///< Do not wait for the next try; nothing changes for a stream that does not wait.
  enable,
  disable,
};

constexpr std::string_view to_string(camera_order x) noexcept {
  switch (x) {
    case camera_order::restart:
      return "restart";
    case camera_order::retry:
      return "retry";
    case camera_order::enable:
      return "enable";
    case camera_order::disable:
      return "disable";
  }
  return "unknown";
}

} // namespace camwall
