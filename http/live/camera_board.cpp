#include "http/live/camera_board.hpp"

#include "http/live/live_messages.hpp"

#include <algorithm>
#include <tuple>

namespace camwall::http {

namespace {

auto told(const stream_snapshot& x) {
  return std::tuple{std::string_view{x.name},
                    x.status,
                    std::string_view{x.video},
                    std::string_view{x.audio},
                    std::string_view{x.codecs},
                    x.width,
                    x.height,
                    std::string_view{x.hls},
                    x.sandboxed,
                    x.fps > 0,
                    x.gop_s > 0,
                    x.bitrate_bps > 0,
                    x.last_access_unit.has_value(),
                    x.last_segment.has_value()};
}

auto told(const camera_snapshot& x) {
  return std::tuple{std::string_view{x.id},
                    std::string_view{x.label},
                    std::string_view{x.group},
                    x.phase,
                    x.since,
                    x.down_since,
                    x.reason,
                    std::string_view{x.detail},
                    x.attempts,
                    x.next_try,
                    std::string_view{x.grid_stream},
                    std::string_view{x.source},
                    x.read_only};
}

} // namespace

bool differs(const camera_snapshot& a, const camera_snapshot& b) {
  return told(a) != told(b) || a.conditions != b.conditions ||
         !std::equal(a.streams.begin(), a.streams.end(), b.streams.begin(), b.streams.end(),
                     [](const auto& x, const auto& y) { return told(x) == told(y); });
}

bool camera_board::update(const wall_snapshot_ptr& now) {
  if (now == wall_)
    return false;
  auto before = version_;
  for (const auto& x : now->cameras) {
    const auto* old = wall_ ? wall_->find(x.id) : nullptr;
    if (old == nullptr || differs(*old, x))
      put(x);
  }
  std::erase_if(versions_, [&](const auto& known) {
    if (now->find(known.first) != nullptr)
      return false;
    entries_.erase(known.second);
    removal_ = ++version_;
    return true;
  });
  wall_ = now;
  return version_ != before;
}

void camera_board::put(const camera_snapshot& x) {
  auto& version = versions_[x.id];
  entries_.erase(version);
  version = ++version_;
  entries_.emplace(version, entry{x.id, camera_text(x)});
}

} // namespace camwall::http
