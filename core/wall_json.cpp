#include "core/wall_json.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>

namespace camwall {

namespace {

// Ordered: people read it.
using json = nlohmann::ordered_json;

template <class T>
json or_null(bool known, T value) {
  return known ? json(std::move(value)) : json(nullptr);
}

json time_or_null(const std::optional<wall_time>& t) {
  return t ? json(rfc3339(*t)) : json(nullptr);
}

json render(const stream_snapshot& x) {
  return {{"status", to_string(x.status)},
          {"video", or_null(!x.video.empty(), x.video)},
          {"audio", or_null(!x.audio.empty(), x.audio)},
          {"codecs", or_null(!x.codecs.empty(), x.codecs)},
          {"width", or_null(x.width > 0, x.width)},
          {"height", or_null(x.height > 0, x.height)},
          {"fps", or_null(x.fps > 0, x.fps)},
          {"gop_s", or_null(x.gop_s > 0, x.gop_s)},
          {"bitrate_bps", x.bitrate_bps},
          {"usual_fps", or_null(x.usual_fps > 0, x.usual_fps)},
          {"usual_bitrate_bps", or_null(x.usual_bitrate_bps > 0, x.usual_bitrate_bps)},
          {"last_access_unit", time_or_null(x.last_access_unit)},
          {"last_segment", time_or_null(x.last_segment)},
          {"sandboxed", x.sandboxed ? json(*x.sandboxed) : json(nullptr)},
          {"hls", x.hls}};
}

json render(const camera_snapshot& x) {
  json conditions = json::array();
  json condition_since = json::object();
  for (const auto& condition : x.conditions) {
    auto name = std::string{to_string(condition.what)};
    conditions.push_back(name);
    condition_since[name] = rfc3339(condition.since);
  }
  json streams = json::object();
  for (const auto& stream : x.streams)
    streams[stream.name] = render(stream);
  return {{"id", x.id},
          {"label", x.label},
          {"group", x.group},
          {"phase", to_string(x.phase)},
          {"since", rfc3339(x.since)},
          {"down_since", time_or_null(x.down_since)},
          {"reason", or_null(x.reason != reason::none, to_string(x.reason))},
          {"detail", or_null(!x.detail.empty(), x.detail)},
          {"conditions", std::move(conditions)},
          {"condition_since", std::move(condition_since)},
          {"attempts", x.attempts},
          {"next_try", time_or_null(x.next_try)},
          {"grid_stream", x.grid_stream},
          {"streams", std::move(streams)},
          {"source", x.source},
          {"read_only", x.read_only}};
}

json render(const camera_event& x) {
  auto seconds_or_null = [](const std::optional<double>& s) {
    return s ? json(*s) : json(nullptr);
  };
  return {{"sequence", x.sequence},
          {"at", rfc3339(x.at)},
          {"first_at", rfc3339(x.first_at)},
          {"count", x.count},
          {"stream", x.stream},
          {"from", to_string(x.before)},
          {"phase", to_string(x.after)},
          {"reason", or_null(x.reason != reason::none, to_string(x.reason))},
          {"detail", or_null(!x.detail.empty(), x.detail)},
          {"attempts", x.attempts},
          {"wait_s", x.wait_s},
          {"detection_s", seconds_or_null(x.detection_s)},
          {"recovery_s", seconds_or_null(x.recovery_s)},
          {"order", or_null(!x.order.empty(), x.order)},
          {"sign", or_null(!x.sign.empty(), x.sign)},
          {"holds", or_null(!x.sign.empty(), x.holds)},
          {"last_words", x.last_words}};
}

// Bytes that are not UTF-8 (a label written in Latin-1) must not end the request.
std::string dump(const json& x) {
  return x.dump(-1, ' ', false, json::error_handler_t::replace);
}

} // namespace

std::string to_json(const camera_snapshot& x) {
  return dump(render(x));
}

std::string to_json(std::span<const camera_snapshot* const> cameras, std::size_t offset,
                    std::size_t limit) {
  json list = json::array();
  auto begin = std::min(offset, cameras.size());
  auto end = begin + std::min(limit, cameras.size() - begin);
  for (auto i = begin; i < end; ++i)
    list.push_back(render(*cameras[i]));
  return dump({{"cameras", std::move(list)}, {"next", or_null(end < cameras.size(), end)}});
}

std::string events_to_json(const camera_snapshot& x, std::uint64_t before, std::size_t limit) {
  json list = json::array();
  std::uint64_t last = 0;
  bool more = false;
  if (x.events)
    for (auto i = x.events->rbegin(); i != x.events->rend() && !more; ++i) {
      if (before != 0 && (*i)->sequence >= before)
        continue;
      more = list.size() == limit;
      if (more)
        continue;
      list.push_back(render(**i));
      last = (*i)->sequence;
    }
  return dump({{"events", std::move(list)}, {"next", or_null(more, last)}});
}

} // namespace camwall
