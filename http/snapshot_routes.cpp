#include "http/snapshot_routes.hpp"

#include "http/byte_range.hpp"
#include "http/problem.hpp"
#include "http/uri.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <optional>
#include <string>
#include <utility>

namespace camwall::http {

namespace {

constexpr std::size_t side_min = 16;
constexpr std::size_t side_max = 4080;
constexpr std::size_t quality_max = 100;
constexpr std::size_t max_age_s_max = 86'400;
constexpr std::chrono::seconds retry_after_default{5};

std::chrono::seconds age_of(const snapshot& x, wall_time now) {
  return std::max(std::chrono::floor<std::chrono::seconds>(now - x.taken), std::chrono::seconds{0});
}

void add_picture_fields(response& to, const snapshot_result& x,
                        std::chrono::milliseconds time_to_live, wall_time now) {
  const auto& picture = *x.picture;
  to.add("ETag", '"' + picture.etag + '"')
    .add("Last-Modified", http_date(picture.taken))
    .add("Age", std::to_string(age_of(picture, now).count()))
    .add("Camwall-Snapshot", picture.last_known ? "last" : "live")
    .add("Camwall-Snapshot-Taken", rfc3339(picture.taken));
  if (picture.last_known) {
    to.add("Cache-Control", "private, no-cache");
    to.add("Camwall-Snapshot-Reason", x.why);
  } else {
    auto fresh = std::chrono::floor<std::chrono::seconds>(time_to_live);
    to.add("Cache-Control", "private, max-age=" + std::to_string(fresh.count()));
  }
}

response none(const snapshot_result& x) {
  auto out = problem(503, "no_picture",
                     x.why.empty() ? "The camera gives no picture, and there is none from before."
                                   : "No picture, not even an old one: " + x.why + ".");
  auto wait = x.retry_after.count() > 0 ? x.retry_after : retry_after_default;
  out.add("Retry-After", std::to_string(wait.count()));
  return out;
}

/// What the query asks for; the error is one sentence.
tl::expected<snapshot_request, std::string> read_query(const request& x) {
  auto number = [&](std::string_view name, std::size_t min,
                    std::size_t max) -> std::optional<std::size_t> {
    auto text = x.query_value(name);
    if (!text)
      return 0;
    auto value = parse_number(*text);
    return value && *value >= min && *value <= max ? value : std::nullopt;
  };
  auto width = number("width", side_min, side_max);
  auto height = number("height", side_min, side_max);
  auto quality = number("quality", 1, quality_max);
  auto max_age = number("max_age", 0, max_age_s_max);
  if (!width || !height || !quality || !max_age)
    return tl::unexpected{std::string{
      "width and height are numbers from 16 to 4080, quality is one from 1 to 100, and max_age is "
      "one of seconds from 0 to 86400."}};
  snapshot_request out;
  out.stream = x.query_value("stream").value_or("");
  out.width = static_cast<std::uint16_t>(*width);
  out.height = static_cast<std::uint16_t>(*height);
  out.quality = static_cast<std::uint16_t>(*quality);
  if (x.query_value("max_age"))
    out.max_age = std::chrono::seconds{*max_age};
  return out;
}

class handlers {
public:
  explicit handlers(const wall_services& services) : services_(services) {
    // nop
  }

  using render = std::function<response(const snapshot_result&)>;

  response picture(const request& x, const path_parameters& parameters) const {
    return later(x, parameters, false,
                 [field = std::string{x.header("If-None-Match")},
                  ttl = time_to_live()](const snapshot_result& y) {
                   return snapshot_response(y, field, ttl, std::chrono::system_clock::now());
                 });
  }

  response refresh(const request& x, const path_parameters& parameters) const {
    return later(x, parameters, true, [](const snapshot_result& y) { return described(y); });
  }

  response statistics() const {
    if (services_.snapshots == nullptr)
      return unavailable();
    auto x = services_.snapshots->statistics();
    nlohmann::ordered_json out{{"pictures", x.pictures},   {"bytes", x.bytes},
                               {"bytes_max", x.bytes_max}, {"ttl_ms", x.time_to_live.count()},
                               {"cameras", x.cameras},     {"last_pictures", x.last_pictures},
                               {"hits", x.hits},           {"misses", x.misses},
                               {"joined", x.joined},       {"made", x.made},
                               {"last", x.last},           {"failed", x.failed}};
    return json(200, out);
  }

  response clear() const {
    if (services_.snapshots == nullptr)
      return unavailable();
    services_.snapshots->clear({});
    response out;
    out.status = 204;
    return out;
  }

private:
  static response json(int status, const nlohmann::ordered_json& x) {
    auto out = text_response(
      status, "application/json",
      x.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace) + "\n");
    out.add("Cache-Control", "no-store");
    return out;
  }

  static response described(const snapshot_result& x) {
    if (!x.picture)
      return none(x);
    const auto& picture = *x.picture;
    return json(
      200, {{"snapshot", picture.last_known ? "last" : "live"},
            {"taken", rfc3339(picture.taken)},
            {"width", picture.width},
            {"height", picture.height},
            {"bytes", picture.jpeg.size()},
            {"etag", picture.etag},
            {"why", x.why.empty() ? nlohmann::ordered_json{} : nlohmann::ordered_json(x.why)}});
  }

  static response unavailable() {
    return problem(501, "not_available", "This server makes no still pictures.");
  }

  std::chrono::milliseconds time_to_live() const {
    return services_.snapshots == nullptr ? std::chrono::milliseconds{0}
                                          : services_.snapshots->statistics().time_to_live;
  }

  response later(const request& x, const path_parameters& parameters, bool anew, render how) const {
    if (services_.snapshots == nullptr)
      return unavailable();
    auto wall = services_.wall->load();
    const auto* camera = wall->find(parameters.get(":id"));
    if (camera == nullptr)
      return problem(404, "camera_not_found", "There is no camera with this id.");
    auto what = read_query(x);
    if (!what)
      return problem(400, "bad_query", what.error());
    auto known = what->stream.empty() ||
                 std::any_of(camera->streams.begin(), camera->streams.end(),
                             [&](const auto& stream) { return stream.name == what->stream; });
    if (!known)
      return problem(404, "stream_not_found", "This camera has no such stream.");
    what->camera = camera->id;
    if (anew)
      what->max_age = std::chrono::milliseconds{0};
    response out;
    out.later = [source = services_.snapshots, what = std::move(*what),
                 how = std::move(how)](const answer_later& answer) {
      source->take(what, [answer, how](const snapshot_result& y) { answer(how(y)); });
    };
    return out;
  }

  const wall_services& services_;
};

} // namespace

response snapshot_response(const snapshot_result& x, std::string_view if_none_match,
                           std::chrono::milliseconds time_to_live, wall_time now) {
  if (!x.picture)
    return none(x);
  response out;
  if (!if_none_match.empty() && matches_etag(if_none_match, '"' + x.picture->etag + '"')) {
    out.status = 304;
  } else {
    out = text_response(200, "image/jpeg", x.picture->jpeg);
  }
  add_picture_fields(out, x, time_to_live, now);
  return out;
}

std::vector<route> snapshot_routes(const wall_services& services) {
  handlers all{services};
  using enum action;
  return {
    {method::get, "/api/v1/cameras/:id/snapshot.jpg", view_still,
     [all](const request& x, const path_parameters& p) { return all.picture(x, p); }},
    {method::post, "/api/v1/cameras/:id/snapshot/refresh", view_still,
     [all](const request& x, const path_parameters& p) { return all.refresh(x, p); }},
    // They name every camera.
    {method::get, "/api/v1/snapshots", operate,
     [all](const request&, const path_parameters&) { return all.statistics(); }},
    {method::del, "/api/v1/snapshots", operate,
     [all](const request&, const path_parameters&) { return all.clear(); }},
  };
}

} // namespace camwall::http
