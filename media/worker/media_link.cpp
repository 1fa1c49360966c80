#include "media/worker/media_link.hpp"

#include <poll.h>
#include <sys/socket.h>
#include <sys/uio.h>

#include <algorithm>
#include <cerrno>

namespace camwall::media {

namespace {

using std::chrono::steady_clock;

bool is_picture(chunk_kind x) noexcept {
  return x == chunk_kind::video || x == chunk_kind::jpeg;
}

byte_view view_of(const std::string& x) noexcept {
  return {reinterpret_cast<const std::uint8_t*>(x.data()), x.size()};
}

} // namespace

void media_link::keep_only(std::span<const watched_feed> feeds) {
  std::lock_guard guard{mutex_};
  std::vector<state> kept;
  for (const auto& x : feeds) {
    const auto* old = find(x.id);
    kept.push_back(old != nullptr ? *old : state{.feed = x.id});
  }
  feeds_ = std::move(kept);
}

media_link::state* media_link::find(std::uint32_t feed) noexcept {
  auto i =
    std::find_if(feeds_.begin(), feeds_.end(), [feed](const state& x) { return x.feed == feed; });
  return i == feeds_.end() ? nullptr : &*i;
}

bool media_link::describe(std::uint32_t feed, const feed_description& what) {
  std::lock_guard guard{mutex_};
  if (find(feed) == nullptr)
    return false;
  media_header header;
  header.feed = feed;
  header.kind = message_kind::description;
  return put(header, view_of(encode(what)));
}

bool media_link::send(std::uint32_t feed, const outgoing_chunk& x) {
  std::lock_guard guard{mutex_};
  auto* to = find(feed);
  if (to == nullptr)
    return false;
  bool passed = false;
  if (x.keyframe || !is_picture(x.kind) || !to->waits) {
    media_header header{.feed = feed,
                        .kind = static_cast<message_kind>(x.kind),
                        .keyframe = x.keyframe,
                        .discontinuity = x.discontinuity,
                        .sound = x.sound,
                        .capture_us = x.capture_us,
                        .dropped = to->dropped};
    passed = put(header, x.payload);
  }
  if (is_picture(x.kind))
    to->waits = !passed;
  to->dropped = passed ? 0 : to->dropped + 1;
  return passed;
}

bool media_link::send_still(std::uint32_t id, const feed_description& what,
                            const outgoing_chunk& x) {
  std::lock_guard guard{mutex_};
  return put({.feed = id, .kind = message_kind::description}, view_of(encode(what))) &&
         put({.feed = id,
              .kind = static_cast<message_kind>(x.kind),
              .keyframe = true,
              .capture_us = x.capture_us},
             x.payload);
}

bool media_link::put(media_header header, byte_view payload) {
  if (payload.empty() || payload.size() > media_chunk_bytes_max)
    return false;
  header.total_bytes = static_cast<std::uint32_t>(payload.size());
  for (std::size_t at = 0; at < payload.size(); at += media_part_bytes_max) {
    auto part = payload.subspan(at, std::min(media_part_bytes_max, payload.size() - at));
    header.offset_bytes = static_cast<std::uint32_t>(at);
    header.first = at == 0;
    header.last = at + part.size() == payload.size();
    if (!put_part(header, part))
      return false;
  }
  return true;
}

bool media_link::put_part(const media_header& header, byte_view part) {
  auto head = encode(header);
  std::array<iovec, 2> pieces{{
    {.iov_base = head.data(), .iov_len = head.size()},
    {.iov_base = const_cast<std::uint8_t*>(part.data()), .iov_len = part.size()},
  }};
  msghdr message{};
  message.msg_iov = pieces.data();
  message.msg_iovlen = pieces.size();
  while (::sendmsg(socket_.get(), &message, MSG_DONTWAIT | MSG_NOSIGNAL) < 0) {
    if (errno == EINTR)
      continue;
    if ((errno != EAGAIN && errno != ENOBUFS) || !wait_for_room())
      return false;
  }
  return true;
}

bool media_link::wait_for_room() {
  auto begin = steady_clock::now();
  auto refill = (begin - patience_at_) / 1000 * patience_per_second.count();
  patience_ = std::min<std::chrono::nanoseconds>(patience_ + refill, patience_per_second);
  patience_at_ = begin;
  auto left = std::chrono::floor<std::chrono::milliseconds>(patience_).count();
  if (left <= 0)
    return false;
  pollfd room{.fd = socket_.get(), .events = POLLOUT, .revents = 0};
  bool ready = ::poll(&room, 1, static_cast<int>(left)) == 1 && room.revents == POLLOUT;
  patience_ -= steady_clock::now() - begin;
  return ready;
}

} // namespace camwall::media
