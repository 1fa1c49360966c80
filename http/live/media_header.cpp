#include "http/live/media_header.hpp"

namespace camwall::http {

namespace {

constexpr unsigned char version = 1;

template <class T>
void append_big_endian(std::string& out, T x) {
  for (auto shift = static_cast<int>(sizeof(T) * 8) - 8; shift >= 0; shift -= 8)
    out.push_back(static_cast<char>((x >> shift) & 0xFFU));
}

} // namespace

std::string encode(const media_header& x) {
  std::string out;
  out.reserve(media_header_bytes);
  out.push_back(static_cast<char>(version));
  out.push_back(static_cast<char>(x.kind));
  append_big_endian(out, x.channel);
  append_big_endian(out, x.flags);
  append_big_endian(out, x.capture_us);
  return out;
}

} // namespace camwall::http
