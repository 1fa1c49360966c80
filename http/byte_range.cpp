#include "http/byte_range.hpp"

#include <algorithm>
#include <charconv>
#include <optional>

namespace camwall::http {

namespace {

// Numbers too large for 64 bits only mean "to the end".
std::optional<std::uint64_t> parse_position(std::string_view text) noexcept {
  if (text.empty() || text.find_first_not_of("0123456789") != std::string_view::npos)
    return std::nullopt;
  std::uint64_t value = 0;
  auto [stop, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  return error == std::errc{} ? value : UINT64_MAX;
}

} // namespace

byte_range parse_range(std::string_view field, std::uint64_t total) noexcept {
  constexpr std::string_view unit = "bytes=";
  if (!field.starts_with(unit))
    return {};
  field.remove_prefix(unit.size());
  auto dash = field.find('-');
  if (dash == std::string_view::npos || field.find(',') != std::string_view::npos)
    return {};
  auto first = parse_position(field.substr(0, dash));
  auto last = parse_position(field.substr(dash + 1));
  if (dash == 0) { // The last so many bytes.
    if (!last)
      return {};
    auto size = std::min(*last, total);
    return {size == 0 ? byte_range::kind::unsatisfiable : byte_range::kind::part, total - size,
            size};
  }
  auto open_end = dash + 1 == field.size();
  if (!first || (!last && !open_end) || (last && *last < *first))
    return {};
  if (*first >= total)
    return {byte_range::kind::unsatisfiable, 0, 0};
  auto end = open_end ? total - 1 : std::min(*last, total - 1);
  return {byte_range::kind::part, *first, end - *first + 1};
}

bool matches_etag(std::string_view field, std::string_view etag) noexcept {
  if (field == "*")
    return true;
  while (!field.empty()) {
    auto item = field.substr(0, field.find(','));
    field.remove_prefix(std::min(item.size() + 1, field.size()));
    item.remove_prefix(std::min(item.find_first_not_of(" \t"), item.size()));
    item = item.substr(0, item.find_last_not_of(" \t") + 1);
    if (item.starts_with("W/"))
      item.remove_prefix(2);
    if (item == etag)
      return true;
  }
  return false;
}

} // namespace camwall::http
