#include "http/live/viewer_queue.hpp"

#include <algorithm>

namespace camwall::http {

namespace {

constexpr std::size_t inits_waiting_max = 8; // Of one channel; two are usual.

bool is_media(const delivery& x) noexcept {
  return x.chunk != nullptr && x.chunk->kind != chunk_kind::init;
}

bool is_init(const delivery& x) noexcept {
  return x.chunk != nullptr && x.chunk->kind == chunk_kind::init;
}

/// Whether decoding can begin with this chunk.
bool begins(const media_chunk& x) noexcept {
  return x.kind == chunk_kind::jpeg || (x.kind == chunk_kind::video && x.keyframe);
}

} // namespace

void viewer_queue::open(std::uint16_t channel) {
  close(channel);
  channels_.emplace(channel, channel_state{});
}

void viewer_queue::close(std::uint16_t channel) {
  if (channels_.erase(channel) == 0)
    return;
  std::erase_if(items_, [&](const item& x) {
    if (x.what.channel != channel)
      return false;
    if (x.what.chunk)
      bytes_ -= x.what.chunk->payload.size();
    return true;
  });
}

void viewer_queue::push_description(std::uint16_t channel, std::string text, time_point now) {
  if (!channels_.contains(channel))
    return;
  auto older = [&](const item& x) { return x.what.channel == channel && !x.what.chunk; };
  if (std::any_of(items_.begin(), items_.end(), older)) {
    trim(channel, items_.size(), drop_reason::behind);
    std::erase_if(items_, older);
  }
  items_.push_back({{.channel = channel, .text = std::move(text)}, now});
}

void viewer_queue::push(std::uint16_t channel, media_chunk_ptr chunk, time_point now) {
  auto found = channels_.find(channel);
  if (found == channels_.end())
    return;
  auto& state = found->second;
  if (chunk->kind == chunk_kind::init) {
    push_init(channel, state, std::move(chunk), now);
    return;
  }
  if (state.waiting && !begins(*chunk)) {
    state.discontinuity = state.discontinuity || chunk->discontinuity;
    state.dropped = state.dropped || state.started;
    on_drop_(channel, state.why, 1);
    return;
  }
  append(channel, state, std::move(chunk), now);
  drop_late(now);
  while (bytes_ > bytes_max_ && shrink()) {
    // Until it fits.
  }
}

void viewer_queue::append(std::uint16_t channel, channel_state& state, media_chunk_ptr chunk,
                          time_point now) {
  bytes_ += chunk->payload.size();
  auto discontinuity = chunk->discontinuity || state.discontinuity;
  items_.push_back({{.channel = channel,
                     .chunk = std::move(chunk),
                     .dropped_before = state.dropped,
                     .discontinuity = discontinuity},
                    now});
  state = {.waiting = false, .started = true};
}

// A decoder that gets an init segment goes on at the next keyframe only (Media Source Extensions,
// "need random access point flag"): what comes before it is of no use.
void viewer_queue::push_init(std::uint16_t channel, channel_state& state, media_chunk_ptr chunk,
                             time_point now) {
  auto waiting = std::count_if(items_.begin(), items_.end(), [&](const item& x) {
    return x.what.channel == channel && is_init(x.what);
  });
  if (static_cast<std::size_t>(waiting) >= inits_waiting_max)
    trim(channel, items_.size(), drop_reason::behind);
  if (!chunk->sound && !state.waiting) {
    state.waiting = true;
    state.why = drop_reason::join;
  }
  bytes_ += chunk->payload.size();
  items_.push_back({{.channel = channel, .chunk = std::move(chunk)}, now});
}

void viewer_queue::lose(std::uint16_t channel, drop_reason why, std::size_t chunks) {
  auto found = channels_.find(channel);
  if (found == channels_.end())
    return;
  auto& state = found->second;
  state.waiting = true;
  state.why = why;
  state.dropped = state.dropped || state.started;
  on_drop_(channel, why, chunks);
}

std::optional<delivery> viewer_queue::pop() {
  if (items_.empty())
    return std::nullopt;
  auto out = std::move(items_.front().what);
  items_.pop_front();
  if (out.chunk)
    bytes_ -= out.chunk->payload.size();
  return out;
}

/// Frees some bytes; false when nothing can be dropped.
bool viewer_queue::shrink() {
  // A single chunk larger than the queue is delivered all the same, or it never would be.
  if (items_.size() < 2)
    return false;
  struct share {
    std::size_t before = 0; // Bytes before the newest keyframe.
    std::size_t since = 0;  // Bytes from it on.
  };
  std::map<std::uint16_t, share> shares;
  for (const auto& x : items_) {
    if (!is_media(x.what))
      continue;
    auto& of_channel = shares[x.what.channel];
    if (begins(*x.what.chunk))
      of_channel.before += std::exchange(of_channel.since, 0);
    of_channel.since += x.what.chunk->payload.size();
  }
  if (shares.empty())
    return false;
  auto most_old = std::max_element(shares.begin(), shares.end(), [](const auto& a, const auto& b) {
    return a.second.before < b.second.before;
  });
  if (most_old->second.before > 0) {
    trim(most_old->first, newest_keyframe(most_old->first), drop_reason::behind);
    return true;
  }
  auto most = std::max_element(shares.begin(), shares.end(), [](const auto& a, const auto& b) {
    return a.second.since < b.second.since;
  });
  trim(most->first, items_.size(), drop_reason::behind);
  return most->second.since > 0;
}

void viewer_queue::drop_late(time_point now) {
  const auto& oldest = items_.front();
  if (now - oldest.since <= waiting_max_)
    return;
  auto channel = oldest.what.channel;
  auto at = newest_keyframe(channel);
  auto is_older = [&](const item& x) { return x.what.channel == channel && is_media(x.what); };
  // Without a newer keyframe nothing would be gained but a gap.
  if (at < items_.size() &&
      std::any_of(items_.begin(), items_.begin() + static_cast<std::ptrdiff_t>(at), is_older))
    trim(channel, at, drop_reason::late);
}

/// The position behind the last item when there is none.
std::size_t viewer_queue::newest_keyframe(std::uint16_t channel) const noexcept {
  for (auto i = items_.size(); i > 0; --i) {
    const auto& x = items_[i - 1].what;
    if (x.channel == channel && is_media(x) && begins(*x.chunk))
      return i - 1;
  }
  return items_.size();
}

/// Drops the channel's chunks before position `end`, which is that of a keyframe or behind all
/// items, and what texts and init chunks there are not the newest of their sort.
void viewer_queue::trim(std::uint16_t channel, std::size_t end, drop_reason why) {
  std::size_t lost = 0;
  bool discontinuity = false;
  bool seen_text = false;
  bool renewed = false;            // The newest description has a picture's init behind it.
  std::array<bool, 2> seen_init{}; // Of the picture, of the sound.
  std::deque<item> kept;
  auto keep = [&](const delivery& x, std::size_t at) {
    if (x.channel != channel || at >= end)
      return true;
    if (!x.chunk) {
      renewed = renewed || seen_init[0];
      return !std::exchange(seen_text, true);
    }
    if (is_init(x))
      return !renewed && !std::exchange(seen_init.at(x.chunk->sound ? 1 : 0), true);
    ++lost;
    discontinuity = discontinuity || x.discontinuity;
    return false;
  };
  item* next = nullptr; // The keyframe at `end`.
  for (auto i = items_.size(); i > 0; --i) {
    auto& x = items_[i - 1];
    if (!keep(x.what, i - 1)) {
      if (x.what.chunk)
        bytes_ -= x.what.chunk->payload.size();
      continue;
    }
    kept.push_front(std::move(x));
    if (i - 1 == end)
      next = &kept.front(); // A deque's references outlive what is pushed at its ends.
  }
  if (lost > 0) {
    auto& state = channels_.at(channel);
    if (next != nullptr) {
      next->what.dropped_before = true;
      next->what.discontinuity = next->what.discontinuity || discontinuity;
    } else {
      state.waiting = true;
      state.why = why;
      state.dropped = true;
      state.discontinuity = state.discontinuity || discontinuity;
    }
    on_drop_(channel, why, lost);
  }
  items_ = std::move(kept);
}

} // namespace camwall::http
