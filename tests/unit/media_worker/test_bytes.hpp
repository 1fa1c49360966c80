#pragma once

#include "media/worker/bytes.hpp"

#include <initializer_list>
#include <string_view>

namespace camwall::media {

/// Reads hexadecimal digits.
inline bytes from_hex(std::string_view text) {
  auto digit = [](char c) { return c <= '9' ? c - '0' : c - 'a' + 10; };
  bytes out;
  for (std::size_t i = 0; i + 1 < text.size(); i += 2)
    out.push_back(static_cast<std::uint8_t>(digit(text[i]) * 16 + digit(text[i + 1])));
  return out;
}

/// Puts a start code before each NAL unit.
inline bytes annex_b(std::initializer_list<bytes> nals) {
  bytes out;
  for (const auto& x : nals) {
    append(out, from_hex("00000001"));
    append(out, x);
  }
  return out;
}

} // namespace camwall::media
