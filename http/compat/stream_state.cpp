#include "http/compat/stream_state.hpp"

#include <algorithm>

namespace camwall::http {

namespace {

std::string words_for(phase x, reason why) {
  auto out = "the camera is " + std::string{to_string(x)};
  return why == reason::none ? out : out + " (" + std::string{to_string(why)} + ")";
}

} // namespace

stream_state state_of(const wall_snapshot* wall, const stream_name& which) {
  const auto* camera = wall == nullptr ? nullptr : wall->find(which.camera);
  if (camera == nullptr)
    return {};
  stream_state out{true, camera->phase, camera->reason, camera->detail};
  if (which.stream != camera->grid_stream) { // Reason and detail are those of the grid stream.
    auto found = std::find_if(camera->streams.begin(), camera->streams.end(),
                              [&](const auto& x) { return x.name == which.stream; });
    if (found == camera->streams.end())
      return {};
    out = {true, found->status, reason::none, {}};
  }
  if (is_failure(out.phase) && out.detail.empty())
    out.detail = words_for(out.phase, out.reason);
  return out;
}

bool is_failure(phase x) noexcept {
  return x == phase::disabled || x == phase::backoff || x == phase::auth_failed;
}

bool is_kept_back(const stream_state& x) noexcept {
  return x.phase == phase::idle && x.reason == reason::resources;
}

std::string_view jsmpeg_phase(phase x) noexcept {
  switch (x) {
    case phase::disabled:
    case phase::idle:
      return "stopped";
    case phase::connecting:
    case phase::stale:
      return "connecting";
    case phase::live:
      return "playing";
    case phase::backoff:
    case phase::auth_failed:
      return "ended";
  }
  return "ended";
}

std::string_view jsmpeg_error(reason x) noexcept {
  switch (x) {
    case reason::auth:
      return "AUTH";
    case reason::not_found:
      return "NOT_FOUND";
    case reason::refused:
    case reason::unreachable:
    case reason::dns:
    case reason::busy:
      return "CONNECTION_REFUSED";
    case reason::timeout:
    case reason::stalled:
      return "TIMEOUT";
    case reason::transport:
    case reason::protocol:
    case reason::no_video:
    case reason::unsupported_codec:
      return "INVALID_STREAM";
    case reason::none:
    case reason::ended:
    case reason::crashed:
    case reason::killed:
    case reason::resources:
    case reason::config:
      return "FFMPEG_EXIT";
  }
  return "FFMPEG_EXIT";
}

} // namespace camwall::http
