#pragma once

#include <string>
#include <system_error>

namespace camwall {

/// The system's words for an `errno` value; unlike `std::strerror`, from any thread.
inline std::string errno_text(int number) {
  return std::system_category().message(number);
}

} // namespace camwall
