#pragma once

#include <cstdint>
#include <string_view>

namespace camwall {

/// Which earlier viewer's clients a compatibility listener answers
/// (docs/reference/compatibility.md).
enum class compat_profile : std::uint8_t { django_jpeg, jsmpeg, fastapi_jpeg, grid, opencv };

constexpr std::string_view to_string(compat_profile x) noexcept {
  switch (x) {
    case compat_profile::django_jpeg:
      return "django_jpeg";
    case compat_profile::jsmpeg:
      return "jsmpeg";
    case compat_profile::fastapi_jpeg:
      return "fastapi_jpeg";
    case compat_profile::grid:
      return "grid";
    case compat_profile::opencv:
      return "opencv";
  }
  return "unknown";
}

} // namespace camwall
