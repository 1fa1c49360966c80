#include "http/hls_routes.hpp"

#include "http/problem.hpp"

#include <algorithm>
#include <chrono>

namespace camwall::http {

namespace {

constexpr std::chrono::seconds demand_interval{1}; // A viewer asks for playlists far more often.
constexpr std::chrono::seconds delivering_min{10}; // A camera may take that long for a restart.
constexpr double delivering_targets = 3;           // RFC 8216 §6.3.4: clients tolerate as much.
constexpr std::size_t demanded_max = 4096;         // Above it, forget all: one demand too many.
constexpr std::string_view retry_after_s = "1";
constexpr std::size_t name_bytes_max = 96;

bool is_name_char(char c) noexcept {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '-' ||
         c == '_' || c == '.';
}

const stream_snapshot* find_stream(const camera_snapshot& camera, std::string_view name) noexcept {
  for (const auto& x : camera.streams)
    if (x.name == name)
      return &x;
  return nullptr;
}

// On demand, and as many streams run as may: the sentence is in the camera's state.
bool is_refused(const camera_snapshot& camera, const stream_snapshot& stream) noexcept {
  return stream.status == phase::idle && camera.grid_stream == stream.name &&
         camera.reason == reason::resources;
}

} // namespace

hls_file classify_hls_file(std::string_view name) noexcept {
  if (name == "index.m3u8" || name == "video.m3u8" || name == "audio.m3u8")
    return hls_file::playlist;
  if (name.empty() || name.front() == '.' || name.size() > name_bytes_max ||
      !std::all_of(name.begin(), name.end(), is_name_char))
    return hls_file::none;
  if (name.ends_with(".m4s") || name.ends_with(".ts") ||
      (name.starts_with("init-") && name.ends_with(".mp4")))
    return hls_file::segment;
  return hls_file::none;
}

hls_routes::hls_routes(const wall_services& services, clock now)
  : services_(services), now_(std::move(now)), files_(services.hls_dir) {
  // nop
}

response hls_routes::redirect(const request& x, const path_parameters& parameters) {
  auto wall = services_.wall->load();
  const auto* camera = wall->find(parameters.get(":camera"));
  if (camera == nullptr || camera->grid_stream.empty())
    return problem(404, "camera_not_found", "There is no camera with this id.");
  response out;
  out.status = 307;
  // Relative: what stands before it (a link's secret) stays.
  auto location = "../" + camera->id + "/" + camera->grid_stream + "/index.m3u8";
  if (!x.query.empty())
    location.append("?").append(x.query);
  out.add("Location", location).add("Cache-Control", "no-store");
  return out;
}

response hls_routes::file(const request& x, const path_parameters& parameters) {
  auto kind = classify_hls_file(parameters.get(":file"));
  if (kind == hls_file::none)
    return problem(404, "not_found", "There is no such file.");
  auto wall = services_.wall->load();
  const auto* camera = wall->find(parameters.get(":camera"));
  if (camera == nullptr)
    return problem(404, "camera_not_found", "There is no camera with this id.");
  const auto* stream = find_stream(*camera, parameters.get(":stream"));
  if (stream == nullptr)
    return problem(404, "stream_not_found", "The camera has no stream of this name.");
  std::string relative;
  relative.append(camera->id).append("/").append(stream->name).append("/");
  relative.append(parameters.get(":file"));
  if (kind == hls_file::segment)
    return files_.serve(x, relative, "private, max-age=3600, immutable");
  demand(camera->id, stream->name);
  if (is_refused(*camera, *stream)) {
    auto out = problem(503, "streams_max", camera->detail);
    out.add("Retry-After", retry_after_s);
    return out;
  }
  if (!delivers(*stream)) {
    auto out = problem(
      503, "camera_not_live",
      "The camera delivers no pictures now; its state is in /api/v1/cameras/" + camera->id + ".");
    out.add("Retry-After", retry_after_s);
    return out;
  }
  return files_.serve(x, relative, "no-store");
}

bool hls_routes::delivers(const stream_snapshot& stream) const {
  if (!stream.last_segment_steady)
    return false;
  auto target = std::chrono::duration<double>(std::max(services_.segment_s, stream.gop_s));
  auto allowed =
    std::max(std::chrono::duration<double>(delivering_min), delivering_targets * target);
  return now_() - *stream.last_segment_steady <= allowed;
}

void hls_routes::demand(std::string_view camera, std::string_view stream) {
  auto key = std::string{camera}.append("/").append(stream);
  auto now = now_();
  {
    std::lock_guard guard{mutex_};
    if (demanded_.size() > demanded_max)
      demanded_.clear();
    auto [entry, first] = demanded_.try_emplace(std::move(key), now);
    if (!first && now - entry->second < demand_interval)
      return;
    entry->second = now;
  }
  services_.demand(camera, stream);
}

} // namespace camwall::http
