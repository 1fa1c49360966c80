#include "media/server/media_guard.hpp"

#include <algorithm>
#include <utility>

namespace camwall::media {

namespace {

std::size_t bytes_max_of(message_kind x) noexcept {
  if (x == message_kind::description)
    return media_description_bytes_max;
  return x == message_kind::init ? media_init_bytes_max : media_chunk_bytes_max;
}

/// Whether the flags make sense for the kind.
bool fits(const media_header& x) noexcept {
  bool picture = x.kind == message_kind::video || x.kind == message_kind::jpeg;
  if ((x.keyframe || x.discontinuity) && !picture)
    return false;
  return !x.sound || x.kind == message_kind::init;
}

} // namespace

media_guard::verdict media_guard::take(std::string_view packet, clock::time_point now) {
  whole_ = false;
  if (!admit(packet.size(), now)) {
    complaint_ = "more than " + std::to_string(static_cast<long>(bytes_per_second_max)) +
                 " bytes of media a second";
    return verdict::too_much;
  }
  auto x = decode_media_header(packet);
  if (!x)
    return refuse(x.error());
  auto part = packet.substr(media_header_bytes);
  if (x->first && !begin(*x))
    return refuse("media whose sizes or flags make no sense");
  if (!x->first && !continues(*x))
    return refuse("a part of media that does not follow");
  current_.payload += part;
  auto size = current_.payload.size();
  if (part.empty() || size > x->total_bytes || x->last != (size == x->total_bytes))
    return refuse("media of another size than was said");
  whole_ = x->last;
  if (whole_)
    header_.reset();
  return verdict::fine;
}

bool media_guard::admit(std::size_t bytes, clock::time_point now) {
  auto passed = std::chrono::duration<double>(now - refilled_at_).count();
  refilled_at_ = now;
  allowance_ = std::min(allowance_ + passed * bytes_per_second_max, bytes_burst_max);
  allowance_ -= std::max(static_cast<double>(bytes), message_bytes_min);
  return allowance_ >= 0;
}

/// The rest of a chunk that is not whole does not come any more: the channel was full.
bool media_guard::begin(const media_header& x) {
  if (x.total_bytes == 0 || x.total_bytes > bytes_max_of(x.kind) || x.offset_bytes != 0 || !fits(x))
    return false;
  header_ = x;
  current_ = {.feed = x.feed,
              .kind = x.kind,
              .keyframe = x.keyframe,
              .discontinuity = x.discontinuity,
              .sound = x.sound,
              .capture_us = x.capture_us,
              .dropped = x.dropped,
              .payload = {}};
  current_.payload.reserve(x.total_bytes);
  return true;
}

bool media_guard::continues(const media_header& x) const noexcept {
  if (!header_)
    return false;
  auto expected = *header_;
  expected.first = false;
  expected.last = x.last;
  expected.offset_bytes = static_cast<std::uint32_t>(current_.payload.size());
  return x == expected;
}

std::optional<arrived_media> media_guard::take_whole() {
  if (!std::exchange(whole_, false))
    return std::nullopt;
  return std::move(current_);
}

media_guard::verdict media_guard::refuse(std::string why) {
  header_.reset();
  complaint_ = std::move(why);
  return verdict::wrong;
}

} // namespace camwall::media
