#include "http/websocket/utf8.hpp"

namespace camwall::http {

namespace {

bool continues(char c) noexcept {
  return (static_cast<unsigned char>(c) & 0xc0U) == 0x80U;
}

// The bytes that follow `first` in a character; -1 when none begins with it.
int following(unsigned char first) noexcept {
  if (first < 0x80)
    return 0;
  if (first >= 0xc2 && first <= 0xdf)
    return 1;
  if (first >= 0xe0 && first <= 0xef)
    return 2;
  return first >= 0xf0 && first <= 0xf4 ? 3 : -1;
}

// The second byte rules out overlong forms, surrogates and what lies beyond the last plane.
bool may_follow(unsigned char first, unsigned char second) noexcept {
  switch (first) {
    case 0xe0:
      return second >= 0xa0;
    case 0xed:
      return second <= 0x9f;
    case 0xf0:
      return second >= 0x90;
    case 0xf4:
      return second <= 0x8f;
    default:
      return true;
  }
}

} // namespace

bool is_utf8(std::string_view text) noexcept {
  for (std::size_t i = 0; i < text.size();) {
    auto first = static_cast<unsigned char>(text[i]);
    auto more = following(first);
    if (more < 0 || text.size() - i <= static_cast<std::size_t>(more))
      return false;
    if (more > 0 && !may_follow(first, static_cast<unsigned char>(text[i + 1])))
      return false;
    for (++i; more > 0; --more, ++i)
      if (!continues(text[i]))
        return false;
  }
  return true;
}

std::string_view cut_utf8(std::string_view text, std::size_t bytes_max) noexcept {
  if (text.size() <= bytes_max)
    return text;
  auto end = bytes_max;
  while (end > 0 && continues(text[end]))
    --end;
  return text.substr(0, end);
}

} // namespace camwall::http
