// The route table and its handlers: every path that the main listener knows.

#include "core/wall_json.hpp"
#include "http/dispatcher.hpp"
#include "http/problem.hpp"
#include "http/uri.hpp"
#include "http/websocket/handshake.hpp"

#include <nlohmann/json.hpp>

namespace camwall::http {

namespace {

constexpr std::string_view page_size_default = "256";
constexpr std::size_t page_size_max = 1000;
constexpr std::string_view events_page_default = "50";
constexpr std::size_t events_page_max = 200;

response json_response(std::string body) {
  auto out = text_response(200, "application/json", std::move(body));
  out.add("Cache-Control", "no-store");
  return out;
}

response status_ok(const request& /*unused*/, const path_parameters& /*unused*/) {
  return json_response("{\"status\":\"ok\"}\n");
}

// Scripts, styles and media come from here only; hls.js needs blob: for its worker and for MSE.
void add_page_fields(response& x) {
  x.add("Content-Security-Policy",
        "default-src 'self'; media-src 'self' blob:; worker-src 'self' blob:; img-src 'self' data: "
        "blob:; style-src 'self'; frame-ancestors 'self'");
  x.add("Referrer-Policy", "no-referrer");
}

bool wants_page(const request& x) noexcept {
  return x.header("Accept").find("text/html") != std::string_view::npos;
}

} // namespace

std::vector<route> dispatcher::table() {
  auto own = [this](response (dispatcher::*handler)(const request&, const path_parameters&)) {
    return [this, handler](const request& x, const path_parameters& p) {
      return (this->*handler)(x, p);
    };
  };
  auto hls = [this](response (hls_routes::*handler)(const request&, const path_parameters&)) {
    return
      [this, handler](const request& x, const path_parameters& p) { return (hls_.*handler)(x, p); };
  };
  auto order = [this](camera_order what) {
    return [this, what](const request& /*unused*/, const path_parameters& p) {
      return this->order(what, p);
    };
  };
  using enum action;
  constexpr auto get = method::get;
  constexpr auto post = method::post;
  return {
    {get, "/", view_page, own(&dispatcher::front)},
    {get, "/static/*", view_page, own(&dispatcher::static_file)},
    {get, "/hls/:camera/index.m3u8", view_media, hls(&hls_routes::redirect)},
    {get, "/hls/:camera/:stream/:file", view_media, hls(&hls_routes::file)},
    {get, "/api/v1/cameras", view_state, own(&dispatcher::cameras)},
    {get, "/api/v1/cameras/:id", view_state, own(&dispatcher::camera)},
    {get, "/api/v1/cameras/:id/events", view_state, own(&dispatcher::events)},
    {post, "/api/v1/cameras/:id/restart", operate, order(camera_order::restart)},
    {post, "/api/v1/cameras/:id/retry", operate, order(camera_order::retry)},
    {post, "/api/v1/cameras/:id/enable", operate, order(camera_order::enable)},
    {post, "/api/v1/cameras/:id/disable", operate, order(camera_order::disable)},
    {get, "/ws/wall", open_socket, own(&dispatcher::wall_socket)},
    {get, "/ws/stream", open_socket, own(&dispatcher::stream_socket)},
    {get, "/livez", view_health, status_ok},
    {get, "/readyz", view_health, own(&dispatcher::ready)},
    {get, "/health", view_health, status_ok},
    {get, "/version", view_health, own(&dispatcher::version)},
    {get, "/metrics", view_metrics, own(&dispatcher::metrics)},
  };
}

response dispatcher::front(const request& x, const path_parameters& parameters) {
  auto page = wants_page(x);
  auto out = page ? page_.page(x) : status_ok(x, parameters);
  out.add("Vary", "Accept");
  if (page)
    add_page_fields(out);
  return out;
}

response dispatcher::static_file(const request& x, const path_parameters& /*unused*/) {
  auto relative = std::string_view{x.path}.substr(std::string_view{"/static/"}.size());
  auto out = page_.file(x, relative);
  if (relative.ends_with(".html"))
    add_page_fields(out);
  return out;
}

response dispatcher::cameras(const request& x, const path_parameters& /*unused*/) {
  auto offset = parse_number(x.query_value("offset").value_or("0"));
  auto limit = parse_number(x.query_value("limit").value_or(page_size_default));
  if (!offset || !limit || *limit == 0 || *limit > page_size_max)
    return problem(400, "bad_query", "offset is a number from 0, limit one from 1 to 1000.");
  return json_response(to_json(*services_.wall->load(), *offset, *limit));
}

response dispatcher::camera(const request& /*unused*/, const path_parameters& parameters) {
  auto wall = services_.wall->load();
  const auto* found = wall->find(parameters.get(":id"));
  if (found == nullptr)
    return problem(404, "camera_not_found", "There is no camera with this id.");
  return json_response(to_json(*found));
}

response dispatcher::events(const request& x, const path_parameters& parameters) {
  auto before = parse_number(x.query_value("before").value_or("0"));
  auto limit = parse_number(x.query_value("limit").value_or(events_page_default));
  if (!before || !limit || *limit == 0 || *limit > events_page_max)
    return problem(400, "bad_query", "before is a number from 0, limit one from 1 to 200.");
  auto wall = services_.wall->load();
  const auto* found = wall->find(parameters.get(":id"));
  if (found == nullptr)
    return problem(404, "camera_not_found", "There is no camera with this id.");
  return json_response(events_to_json(*found, *before, *limit));
}

response dispatcher::order(camera_order what, const path_parameters& parameters) {
  auto wall = services_.wall->load();
  const auto* found = wall->find(parameters.get(":id"));
  if (found == nullptr)
    return problem(404, "camera_not_found", "There is no camera with this id.");
  services_.order(found->id, what);
  auto out = json_response(to_json(*found));
  out.status = 202; // The order is on its way; the state is that from before.
  return out;
}

response dispatcher::ready(const request& x, const path_parameters& parameters) {
  if (services_.ready())
    return status_ok(x, parameters);
  auto out = problem(503, "not_ready", "The server is starting.");
  out.add("Retry-After", "1");
  return out;
}

response dispatcher::version(const request& /*unused*/, const path_parameters& /*unused*/) {
  nlohmann::ordered_json x{{"version", services_.version}, {"build", services_.build}};
  return json_response(x.dump() + "\n");
}

response dispatcher::metrics(const request& /*unused*/, const path_parameters& /*unused*/) {
  auto out = text_response(200, "text/plain; version=0.0.4; charset=utf-8", services_.metrics());
  out.add("Cache-Control", "no-store");
  return out;
}

response dispatcher::wall_socket(const request& x, const path_parameters& /*unused*/) {
  return accept_websocket(x, live_.wall(x, identify(x, open_access_)));
}

// JSMpeg offers the subprotocol "null" and gives up when nothing is agreed to.
response dispatcher::stream_socket(const request& x, const path_parameters& /*unused*/) {
  return accept_websocket(x, live_.stream(x, identify(x, open_access_)),
                          subprotocol::first_offered);
}

} // namespace camwall::http
