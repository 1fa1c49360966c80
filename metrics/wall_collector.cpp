#include "metrics/wall_collector.hpp"

#include "metrics/families.hpp"

#include <algorithm>

namespace camwall::metrics {

namespace {

bool has(const camera_snapshot& x, condition what) {
  return std::any_of(x.conditions.begin(), x.conditions.end(),
                     [&](const auto& y) { return y.what == what; });
}

double time_or_zero(const std::optional<wall_time>& t) {
  return t ? unix_seconds(*t) : 0;
}

void render_state(families& out, const std::vector<camera_snapshot>& cameras) {
  auto& up =
    out.gauge("camwall_camera_up",
              "1 only while the camera is live and its picture is neither frozen nor undecodable.");
  auto& state = out.gauge("camwall_camera_state", "1 for the phase that the camera is in, else 0.");
  auto& since = out.gauge("camwall_camera_state_since_timestamp_seconds",
                          "Unix time at which the camera entered its phase.");
  auto& group =
    out.gauge("camwall_camera_group_info",
              "Always 1; the labels say what the configuration calls the camera and its group.");
  auto& holds =
    out.gauge("camwall_camera_condition", "1 while the condition holds for the camera's picture.");
  auto& reason =
    out.gauge("camwall_camera_reason", "1 for the reason why the camera is not live, else 0.");
  auto& restarts = out.counter("camwall_camera_restarts_total",
                               "Ends of pipelines that had been live, by reason.");
  auto& failures = out.counter("camwall_camera_connect_failures_total",
                               "Tries that ended before the first access unit, by reason.");
  auto& backoff = out.gauge("camwall_camera_backoff_seconds",
                            "The wait before the next try that is running, else 0.");
  for (const auto& x : cameras) {
    up.add({{"camera", x.id}}, is_up(x) ? 1 : 0);
    for (auto p : all_phases)
      state.add({{"camera", x.id}, {"state", to_string(p)}}, x.phase == p ? 1 : 0);
    since.add({{"camera", x.id}}, unix_seconds(x.since));
    group.add({{"camera", x.id}, {"group", x.group}, {"label", x.label}}, 1);
    for (auto what : all_conditions)
      holds.add({{"camera", x.id}, {"condition", to_string(what)}}, has(x, what) ? 1 : 0);
    for (std::size_t i = 0; i < all_reasons.size(); ++i) {
      auto why = to_string(all_reasons[i]);
      reason.add({{"camera", x.id}, {"reason", why}}, x.reason == all_reasons[i] ? 1 : 0);
      restarts.add({{"camera", x.id}, {"reason", why}}, static_cast<double>(x.restarts[i]));
      failures.add({{"camera", x.id}, {"reason", why}}, static_cast<double>(x.connect_failures[i]));
    }
    backoff.add({{"camera", x.id}}, x.backoff_s);
  }
}

/// One family that has a value for every stream.
template <class Value>
void render_streams(family& out, const std::vector<camera_snapshot>& cameras, Value value) {
  for (const auto& x : cameras)
    for (const auto& s : x.streams)
      out.add({{"camera", x.id}, {"stream", s.name}}, static_cast<double>(value(s)));
}

/// Nothing is claimed before a worker has said so.
bool sandbox_enforced(const std::vector<camera_snapshot>& cameras) {
  bool known = false;
  for (const auto& x : cameras)
    for (const auto& stream : x.streams) {
      if (stream.sandboxed == false)
        return false;
      known = known || stream.sandboxed.has_value();
    }
  return known;
}

void render_renditions(families& out, const std::vector<camera_snapshot>& cameras) {
  auto& pictures = out.counter("camwall_rendition_pictures_total",
                               "Pictures for who watches JPEG or MPEG-1, by what became of them.");
  for (const auto& x : cameras)
    for (const auto& y : x.streams)
      for (auto [outcome, sum] : {std::pair{"made", y.renditions_made},
                                  {"skipped", y.renditions_skipped},
                                  {"damaged", y.renditions_damaged}})
        pictures.add({{"camera", x.id}, {"stream", y.name}, {"outcome", outcome}},
                     static_cast<double>(sum));
}

void render_media(families& out, const std::vector<camera_snapshot>& cameras) {
  using s = const stream_snapshot&;
  render_streams(out.gauge("camwall_stream_last_access_unit_timestamp_seconds",
                           "Unix time of the last access unit; 0 before the first."),
                 cameras, [](s x) { return time_or_zero(x.last_access_unit); });
  render_streams(out.gauge("camwall_stream_last_keyframe_timestamp_seconds",
                           "Unix time of the last keyframe; 0 before the first."),
                 cameras, [](s x) { return time_or_zero(x.last_keyframe); });
  render_streams(
    out.gauge("camwall_stream_last_segment_timestamp_seconds",
              "Unix time at which the last segment was published; 0 before the first."),
    cameras, [](s x) { return time_or_zero(x.last_segment); });
  render_streams(out.counter("camwall_stream_frames_total", "Video access units received."),
                 cameras, [](s x) { return x.frames; });
  render_streams(out.counter("camwall_stream_bytes_total", "Bytes of media received, all tracks."),
                 cameras, [](s x) { return x.bytes; });
  render_streams(out.counter("camwall_stream_keyframes_total", "Keyframes received."), cameras,
                 [](s x) { return x.keyframes; });
  render_streams(out.counter("camwall_stream_discontinuities_total",
                             "Breaks in the camera's time that were marked in the playlist."),
                 cameras, [](s x) { return x.discontinuities; });
  render_streams(out.counter("camwall_stream_segments_total", "HLS segments published."), cameras,
                 [](s x) { return x.segments; });
  render_streams(out.counter("camwall_worker_cpu_seconds_total",
                             "CPU time of the stream's workers, user and system."),
                 cameras, [](s x) { return x.worker_cpu_s; });
  render_streams(out.counter("camwall_stream_pictures_judged_total",
                             "Keyframes that were decoded to judge them."),
                 cameras, [](s x) { return x.pictures_judged; });
  render_streams(out.counter("camwall_stream_pictures_dropped_total",
                             "Keyframes that came while an earlier one was being judged."),
                 cameras, [](s x) { return x.pictures_dropped; });
  render_streams(out.counter("camwall_stream_picture_cpu_seconds_total",
                             "CPU time spent on judging pictures; part of the workers'."),
                 cameras, [](s x) { return x.picture_cpu_s; });
  render_streams(out.gauge("camwall_worker_memory_bytes",
                           "Resident memory of the stream's present worker; 0 without one."),
                 cameras, [](s x) { return x.worker_memory_bytes; });
  auto& off = out.gauge("camwall_stream_rate_off",
                        "1 while the rate of pictures or bits is far from the stream's usual one.");
  for (const auto& x : cameras)
    for (const auto& y : x.streams) {
      off.add({{"camera", x.id}, {"stream", y.name}, {"rate", "frame_rate"}}, y.frame_rate_off);
      off.add({{"camera", x.id}, {"stream", y.name}, {"rate", "bit_rate"}}, y.bit_rate_off);
    }
  auto& info =
    out.gauge("camwall_camera_info", "Always 1; the labels say what the stream carries.");
  for (const auto& x : cameras)
    for (const auto& y : x.streams) {
      auto size = y.width > 0 ? std::to_string(y.width) + 'x' + std::to_string(y.height) : "";
      info.add({{"camera", x.id},
                {"stream", y.name},
                {"video", y.video},
                {"audio", y.audio},
                {"resolution", size}},
               1);
    }
}

} // namespace

std::vector<prometheus::MetricFamily> wall_collector::Collect() const {
  auto wall = cell_.load();
  families out;
  render_state(out, wall->cameras);
  render_media(out, wall->cameras);
  render_renditions(out, wall->cameras);
  out
    .gauge(
      "camwall_sandbox_enforced",
      "1 when the last worker of every stream that had one is enclosed in its sandbox, else 0.")
    .add({}, sandbox_enforced(wall->cameras) ? 1 : 0);
  return std::move(out).take();
}

} // namespace camwall::metrics
