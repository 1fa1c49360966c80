#include "media/worker_protocol.hpp"

#include "media/message_fields.hpp"

#include <nlohmann/json.hpp>

namespace camwall::media {

namespace {

using nlohmann::json;

using fields::bad_field;
using fields::count;
using fields::dimension;
using fields::feed_id;
using fields::flag;
using fields::printable;
using fields::real;
using fields::small;
using fields::text;
using fields::tiny;

json render(const picture_rules& x) {
  return {{"check", x.check},
          {"interval_s", x.interval_s},
          {"frozen_after_s", x.frozen_after_s},
          {"black_after_s", x.black_after_s},
          {"black_luma", x.black_luma},
          {"uniform_after_s", x.uniform_after_s},
          {"uniform_spread", x.uniform_spread},
          {"undecodable_after", x.undecodable_after}};
}

json render(const open_order& x) {
  json out{{"type", "open"},
           {"camera", x.camera},
           {"stream", x.stream},
           {"url", x.url},
           {"transport", x.transport},
           {"audio", x.audio},
           {"container", x.container},
           {"output_dir", x.output_dir},
           {"run", x.run},
           {"media_sequence", x.media_sequence},
           {"discontinuity_sequence", x.discontinuity_sequence},
           {"segment_s", x.segment_s},
           {"window", x.window},
           {"grace", x.grace},
           {"disk_free_min_mb", x.disk_free_min_mb},
           {"open_deadline_s", x.open_deadline_s},
           {"access_unit_deadline_s", x.access_unit_deadline_s},
           {"memory_mb", x.memory_mb},
           {"sandbox_required", x.sandbox_required},
           {"picture", render(x.picture)}};
  if (x.only)
    out["only"] = *x.only;
  return out;
}

json render(const probe_order& x) {
  return {{"type", "probe"},          {"url", x.url},
          {"transport", x.transport}, {"deadline_s", x.deadline_s},
          {"memory_mb", x.memory_mb}, {"sandbox_required", x.sandbox_required}};
}

json render(const stop_order&) {
  return {{"type", "stop"}};
}

json render(const watch_order& x) {
  auto feeds = json::array();
  for (const auto& y : x.feeds)
    feeds.push_back({{"id", y.id},
                     {"format", to_string(y.format)},
                     {"sound", y.sound},
                     {"width", y.width},
                     {"height", y.height},
                     {"fps", y.fps},
                     {"quality", y.quality}});
  return {{"type", "watch"}, {"feeds", std::move(feeds)}};
}

json render(const still_order& x) {
  return {{"type", "still"},
          {"id", x.id},
          {"width", x.width},
          {"height", x.height},
          {"quality", x.quality}};
}

json render(const confined& x) {
  return {{"type", "confined"}, {"enforced", x.enforced}, {"missing", x.missing}};
}

json render(const opened& x) {
  return {{"type", "opened"}, {"video", x.video},   {"audio", x.audio},        {"codecs", x.codecs},
          {"width", x.width}, {"height", x.height}, {"transport", x.transport}};
}

json render(const progress& x) {
  json out{{"type", "progress"},
           {"frames", x.frames},
           {"bytes", x.bytes},
           {"keyframes", x.keyframes},
           {"discontinuities", x.discontinuities},
           {"gop_s", x.gop_s},
           {"fps", x.fps},
           {"bitrate_bps", x.bitrate_bps},
           {"cpu_s", x.cpu_s},
           {"keyframe_age_s", x.keyframe_age_s},
           {"width", x.width},
           {"height", x.height}};
  const auto& y = x.renditions;
  if (y != rendition_sums{})
    out["renditions"] = {{"made", y.made}, {"skipped", y.skipped}, {"damaged", y.damaged}};
  return out;
}

json render(const segment_published& x) {
  return {{"type", "segment_published"},
          {"media_sequence", x.media_sequence},
          {"discontinuity_sequence", x.discontinuity_sequence},
          {"duration_s", x.duration_s}};
}

json render(const picture_judged& x) {
  auto conditions = json::array();
  for (const auto& y : x.conditions)
    conditions.push_back({{"condition", to_string(y.what)}, {"age_s", y.age_s}});
  return {{"type", "picture_judged"}, {"conditions", std::move(conditions)}, {"moved", x.moved},
          {"decoded", x.decoded},     {"undecodable", x.undecodable},        {"dropped", x.dropped},
          {"cpu_s", x.cpu_s}};
}

json render(const feed_refused& x) {
  return {{"type", "feed_refused"}, {"feed", x.feed}, {"why", x.why}};
}

json render(const probed& x) {
  json out{{"type", "probed"},        {"reason", to_string(x.why)},
           {"detail", x.detail},      {"transport", x.transport},
           {"video", x.video},        {"profile", x.profile},
           {"level", x.level},        {"audio", x.audio},
           {"codecs", x.codecs},      {"width", x.width},
           {"height", x.height},      {"fps", x.fps},
           {"gop_s", x.gop_s},        {"bitrate_bps", x.bitrate_bps},
           {"b_frames", x.b_frames},  {"first_picture_s", x.first_picture_s},
           {"watched_s", x.watched_s}};
  if (x.clock_ahead_s)
    out["clock_ahead_s"] = *x.clock_ahead_s;
  return out;
}

json render(const failed& x) {
  return {{"type", "failed"}, {"reason", to_string(x.why)}, {"detail", x.detail}};
}

template <class Variant>
std::string dump(const Variant& x) {
  auto tree = std::visit([](const auto& y) { return render(y); }, x);
  return tree.dump(-1, ' ', false, json::error_handler_t::replace);
}

picture_rules read_picture_rules(const json& order) {
  auto i = order.find("picture");
  if (i == order.end())
    return {};
  return {.check = flag(*i, "check"),
          .interval_s = real(*i, "interval_s"),
          .frozen_after_s = real(*i, "frozen_after_s"),
          .black_after_s = real(*i, "black_after_s"),
          .black_luma = real(*i, "black_luma"),
          .uniform_after_s = real(*i, "uniform_after_s"),
          .uniform_spread = real(*i, "uniform_spread"),
          .undecodable_after = small(*i, "undecodable_after")};
}

std::vector<picture_condition> read_conditions(const json& from) {
  auto i = from.find("conditions");
  if (i == from.end() || !i->is_array() || i->size() > all_conditions.size())
    throw bad_field{"conditions is not a short list"};
  std::vector<picture_condition> out;
  for (const auto& x : *i) {
    auto what = parse_condition(text(x, "condition", 32));
    if (!what)
      throw bad_field{"unknown condition"};
    for (const auto& earlier : out)
      if (earlier.what == *what)
        throw bad_field{"a condition is named twice"};
    out.push_back({.what = *what, .age_s = real(x, "age_s")});
  }
  return out;
}

media_format read_format(const json& from) {
  auto name = text(from, "format", 16);
  for (auto x : {media_format::fmp4, media_format::mpegts, media_format::jpeg, media_format::mpeg1})
    if (name == to_string(x))
      return x;
  throw bad_field{"unknown format"};
}

watch_order read_watch(const json& from) {
  auto i = from.find("feeds");
  if (i == from.end() || !i->is_array() || i->size() > feeds_per_worker_max)
    throw bad_field{"feeds is not a short list"};
  watch_order out;
  for (const auto& x : *i)
    out.feeds.push_back({.id = feed_id(x, "id"),
                         .format = read_format(x),
                         .sound = flag(x, "sound"),
                         .width = tiny(x, "width"),
                         .height = tiny(x, "height"),
                         .fps = tiny(x, "fps"),
                         .quality = tiny(x, "quality")});
  return out;
}

still_order read_still(const json& from) {
  still_order out{.id = feed_id(from, "id"),
                  .width = tiny(from, "width"),
                  .height = tiny(from, "height"),
                  .quality = tiny(from, "quality")};
  if (!is_still(out.id))
    throw bad_field{"id is no still"};
  return out;
}

/// What is there and cannot be read must not count as absent.
std::optional<std::vector<std::string>> read_only(const json& from) {
  auto i = from.find("only");
  if (i == from.end())
    return std::nullopt;
  if (!i->is_array() || i->size() > permitted_peers_max)
    throw bad_field{"only is not a short list"};
  std::vector<std::string> out;
  for (const auto& x : *i) {
    if (!x.is_string())
      throw bad_field{"only holds what is no text"};
    out.push_back(x.get<std::string>());
  }
  return out;
}

probe_order read_probe(const json& x) {
  return {.url = text(x, "url", 8192),
          .transport = text(x, "transport"),
          .deadline_s = real(x, "deadline_s"),
          .memory_mb = small(x, "memory_mb"),
          .sandbox_required = flag(x, "sandbox_required")};
}

order read_order(const json& x) {
  auto type = text(x, "type", 32);
  if (type == "probe")
    return read_probe(x);
  if (type == "stop")
    return stop_order{};
  if (type == "watch")
    return read_watch(x);
  if (type == "still")
    return read_still(x);
  if (type != "open")
    throw bad_field{"unknown type"};
  return open_order{.camera = text(x, "camera"),
                    .stream = text(x, "stream"),
                    .url = text(x, "url", 8192),
                    .transport = text(x, "transport"),
                    .audio = flag(x, "audio"),
                    .container = text(x, "container"),
                    .output_dir = text(x, "output_dir"),
                    .run = text(x, "run"),
                    .media_sequence = count(x, "media_sequence"),
                    .discontinuity_sequence = count(x, "discontinuity_sequence"),
                    .segment_s = real(x, "segment_s"),
                    .window = small(x, "window"),
                    .grace = small(x, "grace"),
                    .disk_free_min_mb = small(x, "disk_free_min_mb"),
                    .open_deadline_s = real(x, "open_deadline_s"),
                    .access_unit_deadline_s = real(x, "access_unit_deadline_s"),
                    .memory_mb = small(x, "memory_mb"),
                    .sandbox_required = flag(x, "sandbox_required"),
                    .picture = read_picture_rules(x),
                    .only = read_only(x)};
}

rendition_sums read_renditions(const json& from) {
  auto i = from.find("renditions");
  if (i == from.end())
    return {};
  return {
    .made = count(*i, "made"), .skipped = count(*i, "skipped"), .damaged = count(*i, "damaged")};
}

/// Shown to people as it is, so it is held to what a camera can be.
probed read_probed(const json& x) {
  constexpr double hour_s = 3600;
  constexpr double century_s = 3.2e9;
  probed out{.detail = printable(x, "detail", 512),
             .transport = printable(x, "transport", 8),
             .video = printable(x, "video", 32),
             .profile = printable(x, "profile", 32),
             .level = printable(x, "level", 8),
             .audio = printable(x, "audio", 32),
             .codecs = printable(x, "codecs", 128),
             .width = dimension(x, "width"),
             .height = dimension(x, "height"),
             .fps = real(x, "fps", 1000),
             .gop_s = real(x, "gop_s", hour_s),
             .bitrate_bps = real(x, "bitrate_bps", 1e11),
             .b_frames = flag(x, "b_frames"),
             .first_picture_s = real(x, "first_picture_s", hour_s),
             .watched_s = real(x, "watched_s", hour_s)};
  if (auto word = text(x, "reason", 32); !word.empty()) {
    auto why = parse_reason(word);
    if (!why)
      throw bad_field{"unknown reason"};
    out.why = *why;
  }
  if (x.contains("clock_ahead_s"))
    out.clock_ahead_s = real(x, "clock_ahead_s", century_s, -century_s);
  return out;
}

fact read_fact(const json& x) {
  auto type = text(x, "type", 32);
  if (type == "progress")
    return progress{.frames = count(x, "frames"),
                    .bytes = count(x, "bytes"),
                    .keyframes = count(x, "keyframes"),
                    .discontinuities = count(x, "discontinuities"),
                    .gop_s = real(x, "gop_s"),
                    .fps = real(x, "fps"),
                    .bitrate_bps = real(x, "bitrate_bps"),
                    .cpu_s = real(x, "cpu_s"),
                    .keyframe_age_s = real(x, "keyframe_age_s"),
                    .width = dimension(x, "width"),
                    .height = dimension(x, "height"),
                    .renditions = read_renditions(x)};
  if (type == "segment_published")
    return segment_published{.media_sequence = count(x, "media_sequence"),
                             .discontinuity_sequence = count(x, "discontinuity_sequence"),
                             .duration_s = real(x, "duration_s")};
  if (type == "confined")
    return confined{.enforced = flag(x, "enforced"), .missing = text(x, "missing", 512)};
  if (type == "picture_judged")
    return picture_judged{.conditions = read_conditions(x),
                          .moved = flag(x, "moved"),
                          .decoded = count(x, "decoded"),
                          .undecodable = count(x, "undecodable"),
                          .dropped = count(x, "dropped"),
                          .cpu_s = real(x, "cpu_s")};
  if (type == "probed")
    return read_probed(x);
  if (type == "feed_refused")
    return feed_refused{.feed = feed_id(x, "feed"), .why = text(x, "why", 256)};
  if (type == "opened")
    return opened{.video = text(x, "video", 32),
                  .audio = text(x, "audio", 32),
                  .codecs = text(x, "codecs", 128),
                  .width = dimension(x, "width"),
                  .height = dimension(x, "height"),
                  .transport = text(x, "transport", 8)};
  if (type == "failed") {
    auto why = parse_reason(text(x, "reason", 32));
    if (!why)
      throw bad_field{"unknown reason"};
    return failed{.why = *why, .detail = text(x, "detail")};
  }
  throw bad_field{"unknown type"};
}

template <class Read>
auto decode(std::string_view packet, Read read)
  -> tl::expected<decltype(read(json{})), std::string> {
  if (packet.size() > message_bytes_max)
    return tl::unexpected{"message of " + std::to_string(packet.size()) + " bytes"};
  // A flat object needs no nesting; deep nesting is an attack on the parser.
  auto shallow = [](int depth, json::parse_event_t, json&) {
    if (depth > 4)
      throw bad_field{"nested too deep"};
    return true;
  };
  try {
    auto tree = json::parse(packet, shallow, false);
    if (!tree.is_object())
      return tl::unexpected{std::string{"not a JSON object"}};
    return read(tree);
  } catch (const bad_field& x) {
    return tl::unexpected{x.what};
  } catch (const json::exception& x) {
    return tl::unexpected{std::string{x.what()}};
  }
}

} // namespace

std::string encode(const order& x) {
  return dump(x);
}

std::string encode(const fact& x) {
  return dump(x);
}

tl::expected<order, std::string> decode_order(std::string_view packet) {
  return decode(packet, read_order);
}

tl::expected<fact, std::string> decode_fact(std::string_view packet) {
  return decode(packet, read_fact);
}

} // namespace camwall::media
