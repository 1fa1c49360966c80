#include "media/server/stderr_ring.hpp"

#include "core/redact.hpp"

#include <algorithm>
#include <cctype>
#include <charconv>

namespace camwall::media {

stderr_ring::stderr_ring(std::size_t lines_max, std::string secret)
  : lines_max_(lines_max), secret_(std::move(secret)) {
  // nop
}

void stderr_ring::feed(std::string_view bytes, const std::function<void(std::string_view)>& line) {
  for (char c : bytes) {
    if (c != '\n') {
      // A longer line loses its end, and control characters would let a camera write into the
      // operator's terminal.
      if (unfinished_.size() < line_bytes_max)
        unfinished_.push_back(std::iscntrl(static_cast<unsigned char>(c)) != 0 ? ' ' : c);
      continue;
    }
    if (unfinished_.empty())
      continue;
    lines_.push_back(clean(unfinished_));
    unfinished_.clear();
    if (lines_.size() > lines_max_)
      lines_.pop_front();
    line(lines_.back());
  }
}

std::string stderr_ring::last() const {
  return lines_.empty() ? clean(unfinished_) : lines_.back();
}

std::vector<std::string> stderr_ring::last_lines(std::size_t count_max) const {
  auto count = std::min(count_max, lines_.size());
  return {lines_.end() - static_cast<std::ptrdiff_t>(count), lines_.end()};
}

std::string stderr_ring::clean(std::string_view text) const {
  return redact_secret(redact(text), secret_);
}

std::string password_of(std::string_view url) {
  auto scheme = url.find("://");
  if (scheme == std::string_view::npos)
    return {};
  auto authority = url.substr(scheme + 3, url.find('/', scheme + 3) - (scheme + 3));
  auto at = authority.rfind('@');
  auto colon = authority.find(':');
  if (at == std::string_view::npos || colon == std::string_view::npos || colon > at)
    return {};
  auto encoded = authority.substr(colon + 1, at - colon - 1);
  std::string out;
  for (std::size_t i = 0; i < encoded.size(); ++i) {
    unsigned value = 0;
    if (encoded[i] == '%' && i + 2 < encoded.size() &&
        std::from_chars(encoded.data() + i + 1, encoded.data() + i + 3, value, 16).ptr ==
          encoded.data() + i + 3) {
      out.push_back(static_cast<char>(value));
      i += 2;
    } else {
      out.push_back(encoded[i]);
    }
  }
  return out;
}

} // namespace camwall::media
