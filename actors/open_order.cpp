#include "actors/open_order.hpp"

#include <algorithm>

namespace camwall {

namespace {

media::picture_rules picture_rules_of(const config::picture& x) {
  auto unless_ignored = [&](condition what, auto threshold) {
    auto ignored = std::find(x.ignore.begin(), x.ignore.end(), what) != x.ignore.end();
    return ignored ? decltype(threshold){} : threshold;
  };
  return {
    .check = x.check,
    .interval_s = x.interval.count(),
    .frozen_after_s = unless_ignored(condition::frozen, x.frozen_after.count()),
    .black_after_s = unless_ignored(condition::black, x.black_after.count()),
    .black_luma = x.black_luma,
    .uniform_after_s = unless_ignored(condition::uniform, x.uniform_after.count()),
    .uniform_spread = x.uniform_spread,
    .undecodable_after = unless_ignored(condition::undecodable, x.undecodable_after),
  };
}

} // namespace

media::open_order open_order_of(const config::wall& config, const config::camera& camera,
                                const std::string& stream, config::transport transport) {
  return {
    .camera = camera.id,
    .stream = stream,
    .url = stream == "sub" ? camera.sub_url : camera.url,
    .transport = transport == config::transport::udp ? "udp" : "tcp",
    .audio = camera.audio,
    .container = config.hls.container == config::container::mpegts ? "mpegts" : "fmp4",
    .output_dir = (config.hls.directory / camera.id / stream).string(),
    .segment_s = config.hls.segment.count(),
    .window = config.hls.window,
    .grace = config.hls.grace,
    .disk_free_min_mb = config.limits.disk_free_min_mb,
    .open_deadline_s = config.deadlines.open.count(),
    .access_unit_deadline_s = config.deadlines.access_unit.count(),
    .memory_mb = config.limits.worker_memory_mb,
    .sandbox_required = config.sandbox == config::sandbox_mode::required,
    .picture = picture_rules_of(camera.picture),
    .only = camera.adhoc ? std::optional{config.adhoc.allow} : std::nullopt,
  };
}

} // namespace camwall
