#include "http/live/live_messages.hpp"

#include "core/wall_json.hpp"
#include "http/uri.hpp"

#include <nlohmann/json.hpp>

#include <array>
#include <limits>

namespace camwall::http {

namespace {

using json = nlohmann::ordered_json;

constexpr std::array all_formats{media_format::fmp4, media_format::mpegts, media_format::jpeg,
                                 media_format::mpeg1};
constexpr std::size_t id_bytes_max = 63;

/// A number that a client may give, and where it goes.
struct picture_field {
  std::string_view name;
  std::uint16_t feed_key::*member;
  std::uint16_t min;
  std::uint16_t max;
};

constexpr std::array picture_fields{
  picture_field{"width", &feed_key::width, picture_limits::side_min, picture_limits::side_max},
  picture_field{"height", &feed_key::height, picture_limits::side_min, picture_limits::side_max},
  picture_field{"fps", &feed_key::fps, 1, picture_limits::fps_max},
  picture_field{"quality", &feed_key::quality, 1, picture_limits::quality_max}};

std::string range_text(const picture_field& x) {
  return std::string{x.name} + " is a whole number from " + std::to_string(x.min) + " to " +
         std::to_string(x.max);
}

std::optional<media_format> parse_format(std::string_view word) noexcept {
  for (auto x : all_formats)
    if (word == to_string(x))
      return x;
  return std::nullopt;
}

/// What is wrong with a key whose parts are each right; empty when nothing is.
std::string contradiction(const feed_key& x) {
  auto made_here = x.format == media_format::jpeg || x.format == media_format::mpeg1;
  if (!made_here && (x.width != 0 || x.height != 0 || x.fps != 0 || x.quality != 0))
    return "width, height, fps and quality are for the formats jpeg and mpeg1; " +
           std::string{to_string(x.format)} + " is what the camera sends";
  if (x.height != 0 && x.width == 0)
    return "height needs a width";
  return {};
}

std::string read_words(std::string_view camera, std::string_view stream, std::string_view format,
                       feed_key& into) {
  if (camera.empty() || camera.size() > id_bytes_max)
    return "the id of a camera is expected, 1 to 63 letters";
  if (!stream.empty() && stream != "main" && stream != "sub")
    return "stream is main or sub; without it, the grid stream comes";
  auto known = parse_format(format);
  if (!known)
    return "format is fmp4, mpegts, jpeg or mpeg1";
  into.camera = camera;
  into.stream = stream;
  into.format = *known;
  return {};
}

std::string dump(const json& x) {
  return x.dump(-1, ' ', false, json::error_handler_t::replace);
}

json number_or_null(channel_number x) {
  return x ? json(*x) : json(nullptr);
}

std::optional<std::uint16_t> read_channel(const json& x) {
  auto found = x.find("channel");
  if (found == x.end() || !found->is_number_unsigned() ||
      found->get<std::uint64_t>() > std::numeric_limits<std::uint16_t>::max())
    return std::nullopt;
  return found->get<std::uint16_t>();
}

/// The text of a field; `otherwise` when it is absent or null, nothing when it is something else.
std::optional<std::string> read_text(const json& x, const char* name, std::string otherwise) {
  auto found = x.find(name);
  if (found == x.end() || found->is_null())
    return otherwise;
  if (!found->is_string())
    return std::nullopt;
  return found->get<std::string>();
}

client_message read_subscribe(const json& x, std::uint16_t channel) {
  auto bad = [&](std::string detail) { return bad_message{channel, std::move(detail)}; };
  auto camera = read_text(x, "camera", "");
  auto stream = read_text(x, "stream", "");
  auto format = read_text(x, "format", "fmp4");
  if (!camera || !stream || !format)
    return bad("camera, stream and format are texts");
  subscribe_message out;
  out.channel = channel;
  if (auto wrong = read_words(*camera, *stream, *format, out.what); !wrong.empty())
    return bad(std::move(wrong));
  for (const auto& field : picture_fields) {
    auto found = x.find(field.name);
    if (found == x.end() || found->is_null())
      continue;
    auto number = found->is_number_unsigned() ? found->get<std::uint64_t>() : 0;
    if (number < field.min || number > field.max)
      return bad(range_text(field));
    out.what.*field.member = static_cast<std::uint16_t>(number);
  }
  if (auto wrong = contradiction(out.what); !wrong.empty())
    return bad(std::move(wrong));
  if (auto audio = x.find("audio"); audio != x.end() && !audio->is_null()) {
    if (!audio->is_boolean())
      return bad("audio is true or false");
    out.audio = audio->get<bool>();
  }
  return out;
}

/// A whole number from 0 to `max`; `otherwise` when it is absent or null, nothing when it is
/// something else.
std::optional<std::uint64_t> read_number(const json& x, const char* name, std::uint64_t max,
                                         std::uint64_t otherwise) {
  auto found = x.find(name);
  if (found == x.end() || found->is_null())
    return otherwise;
  if (!found->is_number_unsigned() || found->get<std::uint64_t>() > max)
    return std::nullopt;
  return found->get<std::uint64_t>();
}

/// Steps by their words; nothing when they are something else.
std::optional<ladder_steps> read_steps(const json& tile) {
  using namespace report_limits;
  ladder_steps out{};
  auto found = tile.find("steps");
  if (found == tile.end() || found->is_null())
    return out;
  if (!found->is_object() || found->size() > steps_kinds_max)
    return std::nullopt;
  for (const auto& [word, count] : found->items()) {
    if (!count.is_number_unsigned() || count.get<std::uint64_t>() > steps_max)
      return std::nullopt;
    out[static_cast<std::size_t>(parse_ladder_step(word))] += count.get<std::uint32_t>();
  }
  return out;
}

/// The error says what was expected of a tile.
tl::expected<tile_report, std::string> read_tile(const json& tile) {
  using namespace report_limits;
  auto bad = [](std::string detail) { return tl::unexpected(std::move(detail)); };
  if (!tile.is_object())
    return bad("a tile is an object");
  auto camera = read_text(tile, "camera", "");
  auto badge = read_text(tile, "badge", "");
  if (!camera || camera->empty() || camera->size() > id_bytes_max || !badge || badge->empty())
    return bad("a tile has the texts camera, 1 to 63 letters, and badge");
  auto stalls = read_number(tile, "stalls", stalls_max, 0);
  if (!stalls)
    return bad("stalls is a whole number from 0 to " + std::to_string(stalls_max));
  constexpr auto unknown = std::numeric_limits<std::uint64_t>::max();
  auto latency = read_number(tile, "latency_ms", latency_max.count(), unknown);
  if (!latency)
    return bad("latency_ms is a whole number from 0 to " + std::to_string(latency_max.count()));
  auto frames = read_number(tile, "frames", frames_max, 0);
  if (!frames)
    return bad("frames is a whole number from 0 to " + std::to_string(frames_max));
  auto steps = read_steps(tile);
  if (!steps)
    return bad("steps is an object of at most " + std::to_string(steps_kinds_max) +
               " whole numbers from 0 to " + std::to_string(steps_max));
  tile_report out{.camera = std::move(*camera),
                  .badge = parse_badge(*badge),
                  .stalls = static_cast<std::uint32_t>(*stalls),
                  .latency = {},
                  .frames = static_cast<std::uint32_t>(*frames),
                  .steps = *steps};
  if (*latency != unknown)
    out.latency = std::chrono::milliseconds{static_cast<std::int64_t>(*latency)};
  return out;
}

client_message read_report(const json& x) {
  using namespace report_limits;
  auto bad = [](std::string detail) { return bad_message{{}, std::move(detail)}; };
  auto tiles = x.find("tiles");
  if (tiles == x.end() || !tiles->is_array() || tiles->size() > tiles_max)
    return bad("tiles is a list of at most " + std::to_string(tiles_max) + " objects");
  report_message out;
  for (const auto& tile : *tiles) {
    auto read = read_tile(tile);
    if (!read)
      return bad(std::move(read.error()));
    out.tiles.push_back(std::move(*read));
  }
  return out;
}

json opened_json(const feed_description& what, bool audio) {
  return {{"mime", what.video_mime},
          {"audio_mime", audio && !what.audio_mime.empty() ? json(what.audio_mime) : json(nullptr)},
          {"width", what.width},
          {"height", what.height}};
}

} // namespace

client_message parse_client_message(std::string_view text) {
  auto x = json::parse(text, nullptr, false);
  if (!x.is_object())
    return bad_message{{}, "a JSON object is expected"};
  auto type = read_text(x, "type", "").value_or("");
  if (type == "report")
    return read_report(x);
  auto channel = read_channel(x);
  if (type != "subscribe" && type != "unsubscribe")
    return bad_message{channel, "type is subscribe, unsubscribe or report"};
  if (!channel)
    return bad_message{{}, "channel is a whole number from 0 to 65535"};
  if (type == "unsubscribe")
    return unsubscribe_message{*channel};
  return read_subscribe(x, *channel);
}

tl::expected<stream_query, std::string> parse_stream_query(const request& x) {
  auto value = [&](std::string_view name, std::string_view otherwise) {
    return x.query_value(name).value_or(otherwise);
  };
  stream_query out;
  if (auto wrong =
        read_words(value("id", ""), value("stream", ""), value("format", "fmp4"), out.what);
      !wrong.empty())
    return tl::unexpected(std::move(wrong));
  for (const auto& field : picture_fields) {
    auto text = x.query_value(field.name);
    if (!text)
      continue;
    auto number = parse_number(*text).value_or(0);
    if (number < field.min || number > field.max)
      return tl::unexpected(range_text(field));
    out.what.*field.member = static_cast<std::uint16_t>(number);
  }
  if (auto wrong = contradiction(out.what); !wrong.empty())
    return tl::unexpected(std::move(wrong));
  auto events = value("events", out.what.format == media_format::fmp4 ? "1" : "0");
  if (events != "0" && events != "1")
    return tl::unexpected(std::string{"events is 0 or 1"});
  out.events = events == "1";
  return out;
}

std::string hello_text(std::string_view version, std::string_view build) {
  return dump({{"type", "hello"}, {"version", version}, {"build", build}});
}

std::string opened_text(channel_number channel, const feed_description& what, bool audio) {
  json out{{"type", "opened"}};
  if (channel)
    out["channel"] = *channel;
  out.update(opened_json(what, audio));
  return dump(out);
}

std::string closed_text(std::uint16_t channel, std::string_view code, std::string_view reason) {
  return dump({{"type", "closed"}, {"channel", channel}, {"reason", reason}, {"code", code}});
}

std::string camera_text(const camera_snapshot& x) {
  return R"({"type":"camera","camera":)" + to_json(x) + "}";
}

std::string removed_text(std::string_view camera) {
  return dump({{"type", "removed"}, {"camera", camera}});
}

std::string notice_text(std::string_view code, channel_number channel, std::string_view detail) {
  return dump(
    {{"type", "notice"}, {"code", code}, {"channel", number_or_null(channel)}, {"detail", detail}});
}

std::string dropped_text(channel_number channel, std::size_t chunks) {
  return dump(
    {{"type", "notice"},
     {"code", "dropped"},
     {"channel", number_or_null(channel)},
     {"detail", "you read too slowly; " + std::to_string(chunks) + " chunks were left out"},
     {"dropped", chunks}});
}

} // namespace camwall::http
