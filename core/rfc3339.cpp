#include "core/rfc3339.hpp"

#include <array>
#include <cstdio>
#include <ctime>

namespace camwall {

std::string rfc3339(wall_time t) {
  using namespace std::chrono;
  auto ms = floor<milliseconds>(t.time_since_epoch()).count();
  auto seconds = static_cast<std::time_t>(ms >= 0 ? ms / 1000 : (ms - 999) / 1000);
  auto fraction = static_cast<int>(ms - static_cast<std::int64_t>(seconds) * 1000);
  std::tm parts{};
  gmtime_r(&seconds, &parts);
  std::array<char, 64> buffer{};
  std::snprintf(buffer.data(), buffer.size(), "%04d-%02d-%02dT%02d:%02d:%02d.%03dZ",
                parts.tm_year + 1900, parts.tm_mon + 1, parts.tm_mday, parts.tm_hour, parts.tm_min,
                parts.tm_sec, fraction);
  return buffer.data();
}

double unix_seconds(wall_time t) noexcept {
  return std::chrono::duration<double>(t.time_since_epoch()).count();
}

} // namespace camwall
