#include "media/media_message.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>

namespace camwall::media {

namespace {

constexpr std::uint8_t version = 1;
constexpr std::size_t mime_bytes_max = 128;

constexpr unsigned is_keyframe = 1;
constexpr unsigned is_discontinuity = 2;
constexpr unsigned is_sound = 4;
constexpr unsigned is_first = 8;
constexpr unsigned is_last = 16;
constexpr unsigned all_flags = 31;

template <class T>
void put(std::array<char, media_header_bytes>& to, std::size_t at, T x) {
  for (std::size_t i = 0; i < sizeof(T); ++i)
    to[at + i] = static_cast<char>(static_cast<std::uint8_t>(x >> (8 * (sizeof(T) - 1 - i))));
}

template <class T>
T get(std::string_view from, std::size_t at) {
  T out = 0;
  for (std::size_t i = 0; i < sizeof(T); ++i)
    out = static_cast<T>(out << 8) | static_cast<std::uint8_t>(from[at + i]);
  return out;
}

/// Whether `x` may be handed on to a browser as a MIME type.
bool is_plain(const std::string& x) {
  return x.size() <= mime_bytes_max &&
         std::all_of(x.begin(), x.end(), [](char c) { return c >= 0x20 && c < 0x7f; });
}

} // namespace

// Version, kind, flags, 0, feed, capture time, size, offset, dropped, 0; all big-endian.
std::array<char, media_header_bytes> encode(const media_header& x) {
  std::array<char, media_header_bytes> out{};
  unsigned flags = 0;
  flags |= x.keyframe ? is_keyframe : 0U;
  flags |= x.discontinuity ? is_discontinuity : 0U;
  flags |= x.sound ? is_sound : 0U;
  flags |= x.first ? is_first : 0U;
  flags |= x.last ? is_last : 0U;
  put(out, 0, version);
  put(out, 1, static_cast<std::uint8_t>(x.kind));
  put(out, 2, static_cast<std::uint8_t>(flags));
  put(out, 4, x.feed);
  put(out, 8, x.capture_us);
  put(out, 16, x.total_bytes);
  put(out, 20, x.offset_bytes);
  put(out, 24, x.dropped);
  return out;
}

tl::expected<media_header, std::string> decode_media_header(std::string_view packet) {
  if (packet.size() < media_header_bytes)
    return tl::unexpected{std::string{"media without a whole header"}};
  auto kind = get<std::uint8_t>(packet, 1);
  auto flags = get<std::uint8_t>(packet, 2);
  if (get<std::uint8_t>(packet, 0) != version ||
      kind > static_cast<std::uint8_t>(message_kind::description) || (flags & ~all_flags) != 0 ||
      get<std::uint8_t>(packet, 3) != 0 || get<std::uint32_t>(packet, 28) != 0)
    return tl::unexpected{std::string{"media with an unknown header"}};
  return media_header{.feed = get<std::uint32_t>(packet, 4),
                      .kind = static_cast<message_kind>(kind),
                      .keyframe = (flags & is_keyframe) != 0,
                      .discontinuity = (flags & is_discontinuity) != 0,
                      .sound = (flags & is_sound) != 0,
                      .first = (flags & is_first) != 0,
                      .last = (flags & is_last) != 0,
                      .capture_us = get<std::uint64_t>(packet, 8),
                      .total_bytes = get<std::uint32_t>(packet, 16),
                      .offset_bytes = get<std::uint32_t>(packet, 20),
                      .dropped = get<std::uint32_t>(packet, 24)};
}

std::string encode(const feed_description& x) {
  nlohmann::json tree = {{"video_mime", x.video_mime},
                         {"audio_mime", x.audio_mime},
                         {"width", x.width},
                         {"height", x.height}};
  return tree.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

tl::expected<feed_description, std::string> decode_description(std::string_view content) {
  auto wrong = tl::unexpected{std::string{"a description that is none"}};
  if (content.size() > media_description_bytes_max)
    return wrong;
  // A flat object needs no nesting; deep nesting is an attack on the parser.
  bool deep = false;
  auto flat = [&deep](int depth, nlohmann::json::parse_event_t, nlohmann::json&) {
    deep = deep || depth > 1;
    return !deep;
  };
  auto tree = nlohmann::json::parse(content, flat, false);
  if (deep || !tree.is_object())
    return wrong;
  feed_description out;
  auto text = [&tree](const char* key, std::string& to) {
    auto i = tree.find(key);
    if (i == tree.end() || !i->is_string())
      return false;
    to = i->get<std::string>();
    return is_plain(to);
  };
  auto number = [&tree](const char* key, int& to) {
    auto i = tree.find(key);
    if (i == tree.end() || !i->is_number_unsigned() || i->get<std::uint64_t>() > 65535)
      return false;
    to = i->get<int>();
    return true;
  };
  if (!text("video_mime", out.video_mime) || !text("audio_mime", out.audio_mime) ||
      !number("width", out.width) || !number("height", out.height))
    return wrong;
  return out;
}

} // namespace camwall::media
