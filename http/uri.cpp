#include "http/uri.hpp"

#include <charconv>

namespace camwall::http {

namespace {

int hex_value(char c) noexcept {
  if (c >= '0' && c <= '9')
    return c - '0';
  if (c >= 'a' && c <= 'f')
    return c - 'a' + 10;
  if (c >= 'A' && c <= 'F')
    return c - 'A' + 10;
  return -1;
}

/// The character at `at`, decoded when it is `%XX`; `at` then moves to the escape's last digit.
/// Empty for an escape that is none.
std::optional<char> decoded_at(std::string_view raw, std::size_t& at) noexcept {
  if (raw[at] != '%')
    return raw[at];
  auto high = at + 2 < raw.size() ? hex_value(raw[at + 1]) : -1;
  auto low = at + 2 < raw.size() ? hex_value(raw[at + 2]) : -1;
  if (high < 0 || low < 0)
    return std::nullopt;
  at += 2;
  return static_cast<char>(high * 16 + low);
}

bool is_control(char c) noexcept {
  return static_cast<unsigned char>(c) < 0x20 || c == 0x7f;
}

bool segments_are_plain(std::string_view path) noexcept {
  for (path.remove_prefix(1);;) {
    auto segment = path.substr(0, path.find('/'));
    auto last = segment.size() == path.size();
    if (segment == "." || segment == ".." || (segment.empty() && !last))
      return false;
    if (last)
      return true;
    path.remove_prefix(segment.size() + 1);
  }
}

} // namespace

std::optional<std::string> decode_path(std::string_view raw) {
  if (!raw.starts_with('/'))
    return std::nullopt;
  std::string path;
  path.reserve(raw.size());
  for (std::size_t i = 0; i < raw.size(); ++i) {
    auto escaped = raw[i] == '%';
    auto c = decoded_at(raw, i);
    if (!c || is_control(*c) || *c == '\\' || (escaped && *c == '/'))
      return std::nullopt;
    path.push_back(*c);
  }
  return segments_are_plain(path) ? std::optional{std::move(path)} : std::nullopt;
}

std::optional<std::string> decode_query(std::string_view raw, std::size_t bytes_max) {
  std::string out;
  for (std::size_t i = 0; i < raw.size(); ++i) {
    auto blank = raw[i] == '+';
    auto c = decoded_at(raw, i);
    if (!c || is_control(*c) || out.size() == bytes_max)
      return std::nullopt;
    out.push_back(blank ? ' ' : *c);
  }
  return out;
}

std::optional<std::size_t> parse_number(std::string_view text) noexcept {
  constexpr std::size_t digits_max = 9;
  std::size_t value = 0;
  auto end = text.data() + text.size();
  if (text.empty() || text.size() > digits_max || text.front() == '-')
    return std::nullopt;
  auto [stop, error] = std::from_chars(text.data(), end, value);
  return error == std::errc{} && stop == end ? std::optional{value} : std::nullopt;
}

} // namespace camwall::http
