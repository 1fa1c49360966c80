#include "core/wall_view.hpp"

#include <algorithm>

namespace camwall {

bool is_view_name(std::string_view text) noexcept {
  auto is_alphanumeric = [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'); };
  return !text.empty() && text.size() <= 63 && is_alphanumeric(text.front()) &&
         std::all_of(text.begin(), text.end(),
                     [&](char c) { return is_alphanumeric(c) || c == '_' || c == '-'; });
}

bool is_view_layout(std::string_view text) noexcept {
  return std::find(view_layouts.begin(), view_layouts.end(), text) != view_layouts.end();
}

bool is_view_span(std::string_view text) noexcept {
  auto is_size = [](char c) { return c >= '1' && c <= '4'; };
  return text.size() == 3 && is_size(text[0]) && text[1] == 'x' && is_size(text[2]);
}

} // namespace camwall
