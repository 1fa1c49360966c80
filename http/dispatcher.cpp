#include "http/dispatcher.hpp"

#include "http/access/browser_safety.hpp"
#include "http/api/api_routes.hpp"
#include "http/kept_request.hpp"
#include "http/problem.hpp"
#include "http/snapshot_routes.hpp"

#include <exception>
#include <utility>

namespace camwall::http {

namespace {

// The metrics' route of a path that is not in the table.
constexpr std::string_view unmatched = "unmatched";

constexpr std::string_view link_prefix = "/link/";

response not_found() {
  return problem(404, "not_found", "There is nothing at this path.");
}

std::vector<route> with(std::vector<route> table, const std::vector<route>& more) {
  table.insert(table.end(), more.begin(), more.end());
  return table;
}

std::unique_ptr<access_control> access_without_users(const wall_services& services,
                                                     const listen_options& options) {
  if (services.access != nullptr)
    return nullptr;
  access_settings settings;
  settings.mode = options.open_access ? access_mode::open : access_mode::loopback;
  return std::make_unique<access_control>(std::move(settings), access_control::parts{});
}

} // namespace

std::string take_link(request& x) {
  if (!x.path.starts_with(link_prefix))
    return {};
  auto end = x.path.find('/', link_prefix.size());
  if (end == std::string::npos)
    return {};
  auto out = x.path.substr(link_prefix.size(), end - link_prefix.size());
  x.path.erase(0, end);
  return out;
}

std::string_view camera_of(const path_parameters& parameters) noexcept {
  auto camera = parameters.get(":camera");
  return camera.empty() ? parameters.get(":id") : camera;
}

dispatcher::dispatcher(const listen_options& options, wall_services services, hls_routes::clock now)
  : services_(std::move(services)),
    own_access_(access_without_users(services_, options)),
    access_(own_access_ ? *own_access_ : *services_.access),
    hosts_(options.address, options.hosts),
    static_files_(services_.static_dir),
    api_{services_},
    page_(services_.static_dir, now),
    hls_(services_, std::move(now)),
    live_(services_),
    sessions_(access_, services_, static_files_),
    router_(with(with(with(table(), api_routes(api_)), snapshot_routes(services_)),
                 services_.more_routes)) {
  // nop
}

dispatcher::~dispatcher() {
  std::lock_guard guard{gate_->mutex};
  gate_->open = false;
}

response dispatcher::answer(const request& asked) {
  auto x = asked;
  access_.prepare(x);
  auto out = guarded(x, &dispatcher::decide);
  if (out.route.empty())
    out.route = unmatched;
  add_safety_fields(out, x);
  out.omit_body = x.method == method::head;
  return out;
}

response dispatcher::guarded(const request& x, response (dispatcher::*step)(const request&)) {
  try {
    return (this->*step)(x);
  } catch (const std::exception&) {
    return problem(500, "internal_error", "The server failed to answer; the failure was counted.");
  }
}

response dispatcher::decide(const request& asked) {
  if (!access_.takes(asked)) {
    auto out = problem(429, "too_many_requests", "This address asks too often; wait a moment.");
    out.add("Retry-After", "1");
    return out;
  }
  // Only HTTP/1.0 may come without: health checks of load balancers do, browsers never.
  if (!asked.host.empty() && !hosts_.allows(asked.host))
    return problem(421, "host_not_allowed",
                   "This server does not answer to that Host; add the name to server.hosts in the "
                   "configuration if it is yours.");
  if (is_preflight(asked))
    return preflight_answer(asked);
  if (!is_safe(asked.method) && is_cross_origin(asked))
    return problem(403, "cross_origin", "A page of another origin may not change anything here.");
  if (asked.path.empty())
    return problem(400, "bad_path", "The path holds an escape or a segment that is not accepted.");
  auto x = asked;
  auto link = take_link(x);
  auto brought = access_.identify(x, link);
  if (brought.what == access_control::identity::state::plain_http)
    return sessions_.refuse_plain_http();
  if (brought.what == access_control::identity::state::password)
    return check_password(x, std::move(brought));
  x.who = std::move(brought.who);
  return decide_known(x);
}

/// Basic authentication whose password was not checked a moment ago.
response dispatcher::check_password(const request& x, access_control::identity brought) {
  response out;
  if (auto found = router_.find(x.path); found.rows != nullptr)
    out.route = found.rows->front()->pattern;
  out.later = [this, kept = keep(x), brought = std::move(brought),
               gate = gate_](const answer_later& give) {
    access_.log_in(*kept, brought.name, brought.password, false, false,
                   [this, kept, gate, give](login_outcome outcome) {
                     std::unique_lock lock{gate->mutex};
                     if (!gate->open)
                       return;
                     auto answer = sessions_.refuse(outcome);
                     if (outcome.result == login_outcome::verdict::accepted) {
                       auto known = *kept;
                       known.who = std::move(outcome.who);
                       answer = guarded(known, &dispatcher::decide_known);
                     }
                     lock.unlock();
                     give(std::move(answer));
                   });
  };
  return out;
}

response dispatcher::decide_known(const request& x) {
  auto found = router_.find(x.path);
  const auto* row = found.rows != nullptr ? find_row(*found.rows, x.method) : nullptr;
  if (row == nullptr && found.rows != nullptr)
    row = found.rows->front();
  auto wanted = row != nullptr ? row->action : action::view_page;
  auto allowed = access_.permits(x, x.who, wanted);
  if (allowed && x.who.scope) {
    auto camera = camera_of(found.parameters);
    // Not 403: that would tell that the camera exists.
    if (!camera.empty() && !knows(x.who, camera, services_.wall->load().get())) {
      auto out = problem(404, "camera_not_found", "There is no camera with this id.");
      out.route = row->pattern;
      return out;
    }
  }
  if (!allowed)
    return deny(x, wanted, found);
  if (x.path == "*") { // RFC 9110 §9.3.7: about the server as a whole.
    response out;
    out.status = 204;
    out.add("Allow", "GET, HEAD, OPTIONS");
    return out;
  }
  return found.rows != nullptr ? invoke(x, found) : not_found();
}

response dispatcher::deny(const request& x, action wanted, const router::match& found) const {
  auto out = sessions_.deny(x, wanted);
  out.route = found.rows != nullptr ? found.rows->front()->pattern : unmatched;
  return out;
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
