// The route table and its handlers: every path that the main listener knows, but for the REST API
// (api/).

#include "http/access/browser_safety.hpp"
#include "http/api/api_answer.hpp"
#include "http/dispatcher.hpp"
#include "http/problem.hpp"
#include "http/uri.hpp"
#include "http/websocket/handshake.hpp"

#include <nlohmann/json.hpp>

namespace camwall::http {

namespace {

response status_ok(const request& /*unused*/, const path_parameters& /*unused*/) {
  return json_response("{\"status\":\"ok\"}\n");
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
  using enum action;
  constexpr auto get = method::get;
  std::vector<route> rows{
    {get, "/", view_page, own(&dispatcher::front)},
    {get, "/static/*", view_page, own(&dispatcher::static_file)},
    {get, "/hls/:camera/index.m3u8", view_media, hls(&hls_routes::redirect)},
    {get, "/hls/:camera/:stream/:file", view_media, hls(&hls_routes::file)},
    {get, "/ws/wall", open_socket, own(&dispatcher::wall_socket)},
    {get, "/ws/stream", open_socket, own(&dispatcher::stream_socket)},
    {get, "/livez", view_health, status_ok},
    {get, "/readyz", view_health, own(&dispatcher::ready)},
    {get, "/health", view_health, status_ok},
    {get, "/api/v1/authorize", sign_in, own(&dispatcher::speak_for_proxy)},
    {get, "/version", view_page, own(&dispatcher::version)},
    {get, "/metrics", view_metrics, own(&dispatcher::metrics)},
  };
  auto more = sessions_.rows();
  rows.insert(rows.end(), more.begin(), more.end());
  return rows;
}

response dispatcher::front(const request& x, const path_parameters& parameters) {
  auto page = x.wants_page();
  auto out = page ? page_.page(x) : status_ok(x, parameters);
  out.vary_by("Accept");
  if (page)
    add_page_fields(out, access_.current()->settings());
  return out;
}

response dispatcher::static_file(const request& x, const path_parameters& /*unused*/) {
  auto relative = std::string_view{x.path}.substr(std::string_view{"/static/"}.size());
  auto out = page_.file(x, relative);
  if (relative.ends_with(".html"))
    add_page_fields(out, access_.current()->settings());
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

// What nginx (auth_request) and Caddy (forward_auth) ask before they give something from their
// cache. They know 2xx, 401 and 403 only, so what does not exist is 403 here: as for a camera that
// one may not know of.
response dispatcher::speak_for_proxy(const request& x, const path_parameters& /*unused*/) {
  // A proxy sets one of them. The other one is a client's, who hopes that it counts.
  if (x.has_header("X-Original-URI") && x.has_header("X-Forwarded-Uri"))
    return problem(403, "two_paths", "X-Original-URI and X-Forwarded-Uri exclude each other.");
  auto target = x.header(x.has_header("X-Original-URI") ? "X-Original-URI" : "X-Forwarded-Uri");
  auto path = decode_path(target.substr(0, target.find('?')));
  if (!path)
    return problem(400, "bad_path", "X-Original-URI or X-Forwarded-Uri has to name a path.");
  auto meant = x;
  meant.path = *path;
  if (auto link = take_link(meant); !link.empty())
    meant.who = access_.identify(meant, link).who;
  auto found = router_.find(meant.path);
  const auto* row = found.rows != nullptr ? find_row(*found.rows, method::get) : nullptr;
  if (row == nullptr)
    return problem(403, "not_found", "There is nothing at this path.");
  if (!access_.permits(meant, meant.who, row->action))
    return sessions_.deny(meant, row->action);
  auto camera = camera_of(found.parameters);
  auto wall = services_.wall->load();
  if (!camera.empty() && (wall->find(camera) == nullptr || !knows(meant.who, camera, wall.get())))
    return problem(403, "camera_not_found", "There is no camera with this id.");
  response out;
  out.status = 204;
  out.add("Cache-Control", "no-store");
  return out;
}

response dispatcher::metrics(const request& /*unused*/, const path_parameters& /*unused*/) {
  auto out = text_response(200, "text/plain; version=0.0.4; charset=utf-8", services_.metrics());
  out.add("Cache-Control", "no-store");
  return out;
}

response dispatcher::wall_socket(const request& x, const path_parameters& /*unused*/) {
  return accept_websocket(x, live_.wall(x, x.who));
}

// JSMpeg offers the subprotocol "null" and gives up when nothing is agreed to.
response dispatcher::stream_socket(const request& x, const path_parameters& /*unused*/) {
  return accept_websocket(x, live_.stream(x, x.who), subprotocol::first_offered);
}

} // namespace camwall::http
