#include "http/access/session_routes.hpp"

#include "core/rfc3339.hpp"
#include "http/access/browser_safety.hpp"
#include "http/access/cookies.hpp"
#include "http/access/login_form.hpp"
#include "http/problem.hpp"

#include <nlohmann/json.hpp>

#include <utility>

namespace camwall::http {

namespace {

using json = nlohmann::ordered_json;
using std::chrono::seconds;
using verdict = login_outcome::verdict;

constexpr std::string_view text_plain_http =
  "Passwords and tokens are not taken over plain HTTP from elsewhere: put a proxy that speaks TLS "
  "in front (server.trusted_proxies), or write server.plain_http: accepted in the configuration.";

response json_response(int status, const json& x) {
  auto out = text_response(status, "application/json",
                           x.dump(-1, ' ', false, json::error_handler_t::replace) + "\n");
  out.add("Cache-Control", "no-store");
  return out;
}

response lead_to(std::string_view location) {
  response out;
  out.status = 303;
  out.add("Location", location).add("Cache-Control", "no-store");
  return out;
}

response no_content() {
  response out;
  out.status = 204;
  return out;
}

std::string_view to_string(access_mode x) noexcept {
  switch (x) {
    case access_mode::loopback:
      return "loopback";
    case access_mode::users:
      return "users";
    case access_mode::open:
      return "open";
  }
  return "loopback";
}

json describe(const principal& who, access_mode mode) {
  json out{{"user", who.name.empty() ? json(nullptr) : json(who.name)},
           {"role", to_string(who.role)},
           {"access", to_string(mode)},
           {"link", who.link != link_kind::none}};
  out["cameras"] = who.scope ? json(who.scope->cameras) : json(nullptr);
  out["groups"] = who.scope ? json(who.scope->groups) : json(nullptr);
  out["may"] = json::object();
  for (auto [name, what] : {std::pair{"view", action::view_state},
                            {"operate", action::operate},
                            {"view_configuration", action::view_configuration},
                            {"configure", action::configure},
                            {"view_metrics", action::view_metrics}})
    out["may"][name] = permits(who, what);
  return out;
}

} // namespace

session_routes::session_routes(access_control& access, const wall_services& services,
                               const file_responder& files)
  : access_(access), services_(services), files_(files) {
  // nop
}

std::vector<route> session_routes::rows() {
  auto own = [this](auto handler) {
    return [this, handler](const request& x, const path_parameters& p) {
      return (this->*handler)(x, p);
    };
  };
  using enum action;
  using s = session_routes;
  return {
    {method::get, "/login", sign_in, own(&s::page)},
    {method::get, "/login/:file", sign_in, own(&s::page_file)},
    {method::get, "/link/:secret", sign_in, own(&s::open_link)},
    {method::get, "/api/v1/session", sign_in, own(&s::who_am_i)},
    {method::post, "/api/v1/session", sign_in, own(&s::log_in)},
    {method::del, "/api/v1/session", sign_in, own(&s::log_out)},
    {method::get, "/api/v1/tokens", configure, own(&s::list_tokens)},
    {method::del, "/api/v1/tokens/:token", configure, own(&s::revoke_token)},
    {method::post, "/api/v1/cameras/:id/link", operate, own(&s::make_link)},
    {method::del, "/api/v1/links", configure, own(&s::void_links)},
  };
}

response session_routes::deny(const request& x, action wanted) const {
  auto users = access_.current();
  const auto& settings = users->settings();
  auto could_log_in = x.who.role == role::none && !settings.users.empty();
  if (could_log_in && x.path == "/" && x.wants_page()) {
    std::string back = "/";
    if (!x.query.empty())
      back.append("?").append(x.query);
    return lead_to("/login?next=" + query_encode(back));
  }
  if (could_log_in) {
    auto out = problem(401, "login_required", "Log in first: POST /api/v1/session, or /login.");
    if (settings.basic)
      out.add("WWW-Authenticate", "Basic realm=\"camwall\", charset=\"UTF-8\"");
    return out;
  }
  if (x.who.role == role::none)
    return problem(403, "not_allowed",
                   "Only this machine may look; server.access in the configuration decides.");
  auto what = x.who.link != link_kind::none ? "A link opens its camera and nothing else."
              : wanted == action::operate   ? "Only operators and administrators may order this."
              : wanted == action::configure ? "Only administrators may do this."
                                            : "Your role does not allow this.";
  return problem(403, "not_allowed", what);
}

response session_routes::refuse(const login_outcome& why) const {
  auto out = why.result == verdict::busy
               ? problem(503, "login_queue_full", "Too many logins at once; try again in a moment.")
             : why.result == verdict::throttled
               ? problem(429, "login_throttled",
                         "Too many failed logins; wait " + std::to_string(why.wait.count()) +
                           " s before the next.")
               : problem(401, "login_refused", "User name or password is wrong.");
  if (why.wait > seconds{0})
    out.add("Retry-After", std::to_string(why.wait.count()));
  if (out.status == 401 && access_.current()->settings().basic)
    out.add("WWW-Authenticate", "Basic realm=\"camwall\", charset=\"UTF-8\"");
  return out;
}

response session_routes::refuse_plain_http() const {
  return problem(403, "plain_http", text_plain_http);
}

response session_routes::page(const request& x, const path_parameters& /*unused*/) const {
  auto out = files_.serve(x, "login/index.html", "no-cache");
  add_page_fields(out, access_.current()->settings());
  return out;
}

response session_routes::page_file(const request& x, const path_parameters& parameters) const {
  return files_.serve(x, "login/" + std::string{parameters.get(":file")}, "no-cache");
}

response session_routes::who_am_i(const request& x, const path_parameters& /*unused*/) const {
  if (x.who.role == role::none)
    return deny(x, action::view_state);
  return json_response(200, describe(x.who, access_.current()->settings().mode));
}

response session_routes::log_in(const request& x, const path_parameters& /*unused*/) {
  auto form = parse_login(x);
  if (!form)
    return problem(400, "bad_login",
                   "Expected user and password (and remember), as application/json or as a form.");
  if (access_.is_readable_by_others(x))
    return refuse_plain_http();
  auto mode = access_.current()->settings().mode;
  // Only what a cookie depends on: the rest of the request is gone by then.
  request way;
  way.secure = x.secure;
  way.client = x.client;
  response out;
  out.later = [this, form = std::move(*form), mode, way](const answer_later& give) {
    auto remember = form.remember;
    access_.log_in(
      way, form.user, form.password, true, remember,
      [this, mode, way, remember, page = form.is_page, next = form.next,
       give](const login_outcome& outcome) {
        if (outcome.result != verdict::accepted) {
          auto refused = refuse(outcome);
          return give(page ? lead_to("/login?failed=" + std::to_string(refused.status))
                           : std::move(refused));
        }
        auto answer =
          page ? lead_to(local_path(next)) : json_response(200, describe(outcome.who, mode));
        answer.add("Set-Cookie",
                   set_cookie(way, session_cookie, outcome.secret,
                              remember ? std::optional<seconds>{access_limits::remembered_age_max}
                                       : std::nullopt));
        give(std::move(answer));
      });
  };
  return out;
}

response session_routes::log_out(const request& x, const path_parameters& /*unused*/) {
  response out;
  auto answer = std::make_shared<response>(no_content());
  answer->add("Set-Cookie", set_cookie(x, session_cookie, "", seconds{0}));
  answer->add("Set-Cookie", set_cookie(x, link_cookie, "", seconds{0}, false));
  auto everywhere = x.query_value("everywhere").value_or("") == "true";
  auto cookie = std::string{cookie_of(x, session_cookie)};
  out.later = [this, everywhere, cookie, answer](const answer_later& give) {
    access_.log_out(cookie, everywhere, [answer, give] { give(std::move(*answer)); });
  };
  return out;
}

response session_routes::list_tokens(const request& /*unused*/,
                                     const path_parameters& /*unused*/) const {
  auto list = json::array();
  for (const auto& x : access_.tokens())
    list.push_back({{"id", x.id},
                    {"user", x.user},
                    {"name", x.name},
                    {"expires", x.expires ? json(rfc3339(*x.expires)) : json(nullptr)},
                    {"revoked", x.revoked}});
  return json_response(200, {{"tokens", std::move(list)}});
}

response session_routes::revoke_token(const request& /*unused*/,
                                      const path_parameters& parameters) {
  response out;
  out.later = [this, id = std::string{parameters.get(":token")}](const answer_later& give) {
    if (!access_.revoke_token(id, [give] { give(no_content()); }))
      give(problem(404, "token_not_found", "There is no token with this id."));
  };
  return out;
}

response session_routes::make_link(const request& x, const path_parameters& parameters) const {
  auto wall = services_.wall->load();
  const auto* camera = wall->find(parameters.get(":id"));
  if (camera == nullptr)
    return problem(404, "camera_not_found", "There is no camera with this id.");
  auto body = x.body.empty() ? json::object() : json::parse(x.body, nullptr, false);
  auto lasts_s = body.is_object() ? body.value("expires_s", json(3600)) : json(nullptr);
  auto what = body.is_object() ? body.value("what", json("watch")) : json(nullptr);
  auto in_range = lasts_s.is_number_integer() && lasts_s >= access_limits::link_min.count() &&
                  lasts_s <= seconds{access_limits::link_max}.count();
  if (!in_range || (what != "watch" && what != "still"))
    return problem(400, "bad_link",
                   "expires_s is a number of seconds from 60 to 2592000, what is watch or still.");
  auto lasts = seconds{lasts_s.get<std::int64_t>()};
  auto kind = what == "still" ? link_kind::still : link_kind::watch;
  auto path = "/link/" + access_.make_link(x.who, camera->id, kind, lasts);
  json out{{"path", path},
           {"snapshot", path + "/api/v1/cameras/" + camera->id + "/snapshot.jpg"},
           {"expires", rfc3339(std::chrono::system_clock::now() + lasts)}};
  if (kind == link_kind::watch) {
    out["hls"] = path + "/hls/" + camera->id + "/index.m3u8";
    out["stream"] = path + "/ws/stream?id=" + camera->id;
  }
  return json_response(201, out);
}

/// Lax: a browser that comes from another site's page has to send it with what follows.
response session_routes::open_link(const request& x, const path_parameters& parameters) const {
  auto secret = parameters.get(":secret");
  auto who = access_.open_link(secret);
  if (!who)
    return problem(404, "link_not_valid", "The link has expired or was made void.");
  if (who->link == link_kind::still)
    return lead_to("/link/" + std::string{secret} + "/api/v1/cameras/" +
                   *who->scope->cameras.begin() + "/snapshot.jpg");
  auto out = lead_to("/");
  auto left = std::chrono::duration_cast<seconds>(*who->until - std::chrono::system_clock::now());
  out.add("Set-Cookie", set_cookie(x, link_cookie, secret, std::max(left, seconds{1}), false));
  return out;
}

response session_routes::void_links(const request& /*unused*/, const path_parameters& /*unused*/) {
  response out;
  out.later = [this](const answer_later& give) {
    access_.rotate_links([give] { give(no_content()); });
  };
  return out;
}

} // namespace camwall::http
