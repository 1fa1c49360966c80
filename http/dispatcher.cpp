#include "http/dispatcher.hpp"

#include "http/problem.hpp"

#include <exception>

namespace camwall::http {

namespace {

// The metrics' route of a path that is not in the table.
constexpr std::string_view unmatched = "unmatched";

response not_found() {
  return problem(404, "not_found", "There is nothing at this path.");
}

std::vector<route> with(std::vector<route> table, const std::vector<route>& more) {
  table.insert(table.end(), more.begin(), more.end());
  return table;
}

} // namespace

dispatcher::dispatcher(const listen_options& options, wall_services services, hls_routes::clock now)
  : services_(std::move(services)),
    open_access_(options.open_access),
    hosts_(options.address, options.hosts),
    page_(services_.static_dir, now),
    hls_(services_, std::move(now)),
    live_(services_),
    router_(with(table(), services_.more_routes)) {
  // nop
}

response dispatcher::answer(const request& x) {
  response out;
  try {
    out = decide(x);
  } catch (const std::exception&) {
    out = problem(500, "internal_error", "The server failed to answer; the failure was counted.");
  }
  if (out.route.empty())
    out.route = unmatched;
  out.add("X-Content-Type-Options", "nosniff");
  out.omit_body = x.method == method::head;
  return out;
}

response dispatcher::decide(const request& x) {
  // Only HTTP/1.0 may come without: health checks of load balancers do, browsers never.
  if (!x.host.empty() && !hosts_.allows(x.host))
    return problem(421, "host_not_allowed",
                   "This server does not answer to that Host; add the name to server.hosts in the "
                   "configuration if it is yours.");
  if (!is_safe(x.method) && is_cross_origin(x))
    return problem(403, "cross_origin", "A page of another origin may not change anything here.");
  if (x.path.empty())
    return problem(400, "bad_path", "The path holds an escape or a segment that is not accepted.");
  auto who = identify(x, open_access_);
  auto found = router_.find(x.path);
  auto camera = found.parameters.get(":camera");
  if (camera.empty())
    camera = found.parameters.get(":id");
  auto wanted = found.rows != nullptr ? found.rows->front()->action : action::view_page;
  if (!authorize(who, wanted, camera)) {
    auto out =
      problem(403, "not_allowed",
              wanted == action::operate
                ? "Only the administrator, who is on this machine, may order this."
                : "Only this machine may look; server.access in the configuration decides.");
    out.route = found.rows != nullptr ? found.rows->front()->pattern : unmatched;
    return out;
  }
  if (x.path == "*") { // RFC 9110 §9.3.7: about the server as a whole.
    response out;
    out.status = 204;
    out.add("Allow", "GET, HEAD, OPTIONS");
    return out;
  }
  return found.rows != nullptr ? invoke(x, found) : not_found();
}

response dispatcher::invoke(const request& x, const router::match& found) {
  response out;
  if (const auto* row = find_row(*found.rows, x.method)) {
    out = row->handler(x, found.parameters);
    out.route = row->pattern;
    return out;
  }
  if (x.method == method::options)
    out.status = 204;
  else
    out = problem(405, "method_not_allowed", "The path exists, but not for this method.");
  out.add("Allow", allowed_methods(*found.rows));
  out.route = found.rows->front()->pattern;
  return out;
}

} // namespace camwall::http
