// What concerns the server and not one of its cameras.

#include "http/api/api_answer.hpp"
#include "http/api/api_routes.hpp"
#include "http/api/probe_request.hpp"
#include "http/file_responder.hpp"
#include "http/problem.hpp"

#include <nlohmann/json.hpp>

#include <memory>
#include <string>
#include <string_view>

namespace camwall::http {

namespace {

using json = nlohmann::ordered_json;

std::string text_of(const json& x) {
  return x.dump(-1, ' ', false, json::error_handler_t::replace);
}

json outcome_of(const reload_outcome& x) {
  json errors = json::array();
  for (const auto& fault : x.why.faults)
    errors.push_back({{"location", fault.where}, {"detail", fault.what}});
  return {{"at", rfc3339(x.at)},
          {"successful", x.successful},
          {"detail", x.successful ? json(nullptr) : json(x.why.detail)},
          {"errors", std::move(errors)},
          {"warnings", x.report.warnings}};
}

/// They are in no list of cameras: nobody configured them.
json adhoc_of(const wall_services& services, const principal& who) {
  if (!services.adhoc || who.scope) // Who knows of some cameras only knows of none of these.
    return nullptr;
  auto now = services.adhoc();
  json cameras = json::array();
  for (const auto& x : now.cameras)
    cameras.push_back(
      {{"id", x.id},
       {"host", x.host},
       {"port", x.port},
       {"viewers", x.viewers},
       {"since", rfc3339(x.since)},
       {"phase", to_string(x.phase)},
       {"reason", x.reason == reason::none ? json(nullptr) : json(to_string(x.reason))},
       {"detail", x.detail.empty() ? json(nullptr) : json(x.detail)}});
  return {{"enabled", now.enabled},
          {"cameras_max", now.cameras_max},
          {"cameras", std::move(cameras)},
          {"logins_held", now.logins_held}};
}

response status(const wall_services& services, const principal& who) {
  json phases = json::object();
  for (auto x : all_phases)
    phases[std::string{to_string(x)}] = 0;
  auto wall = services.wall->load();
  std::size_t streams = 0;
  for (const auto& camera : wall->cameras) {
    auto& count = phases[std::string{to_string(camera.phase)}];
    count = count.get<int>() + 1;
    for (const auto& stream : camera.streams)
      streams += stream.status == phase::idle || stream.status == phase::disabled ? 0U : 1U;
  }
  json limits = json::object();
  for (const auto& [name, value] : services.limits)
    limits[name] = value;
  auto configured = services.catalogue != nullptr ? services.catalogue->cameras() : nullptr;
  auto reload = services.catalogue != nullptr ? services.catalogue->last_reload() : nullptr;
  return json_response(
    text_of({{"version", services.version},
             {"build", services.build},
             {"generation", configured ? json(configured->generation) : json(nullptr)},
             {"cameras", wall->cameras.size()},
             {"phases", std::move(phases)},
             {"streams_running", streams},
             {"adhoc", adhoc_of(services, who)},
             {"last_reload", reload ? outcome_of(*reload) : json(nullptr)},
             {"limits", std::move(limits)}}));
}

response reload(camera_catalogue* catalogue) {
  if (catalogue == nullptr)
    return not_available("a configuration that can be read again");
  response out;
  out.later = [catalogue](answer_later done) {
    catalogue->reload([done = std::move(done)](camera_catalogue::reload_result result) {
      if (!result)
        return done(refusal_response(result.error()));
      done(json_response(text_of({{"added", result->added},
                                  {"changed", result->changed},
                                  {"removed", result->removed},
                                  {"warnings", result->warnings}})));
    });
  };
  return out;
}

response probe(const api_context& context, const request& x) {
  auto* prober = context.services.prober;
  if (prober == nullptr)
    return not_available("the means to look at cameras");
  auto login = [&](std::string_view camera, std::string_view url, std::string_view user) {
    const auto* catalogue = context.services.catalogue;
    return catalogue != nullptr && context.may(x.who, action::configure, camera)
             ? catalogue->with_login_of(camera, url, user)
             : tl::unexpected(no_such_camera());
  };
  auto wanted = read_probe_request(x, login);
  if (!wanted)
    return std::move(wanted.error());
  response out;
  auto id = std::make_shared<camera_prober::probe_id>();
  out.later = [prober, id, wanted = std::move(*wanted)](answer_later done) {
    *id = prober->probe(
      wanted, [done = std::move(done)](const probe_report& found) { done(probe_response(found)); });
  };
  out.on_abandoned = [prober, id] { prober->cancel(*id); };
  return out;
}

response templates(const wall_services& services) {
  return services.templates ? json_response(services.templates())
                            : not_available("templates of brands");
}

} // namespace

std::vector<route> system_routes(const api_context& context) {
  const auto* services = &context.services;
  auto files = std::make_shared<file_responder>(services->static_dir);
  using enum method;
  using enum action;
  return {
    {get, "/api/v1/status", view_configuration,
     [services](const request& x, const path_parameters& /*unused*/) {
       return status(*services, x.who);
     }},
    {post, "/api/v1/reload", configure,
     [services](const request& /*unused*/, const path_parameters& /*unused*/) {
       return reload(services->catalogue);
     }},
    {post, "/api/v1/probe", configure,
     [context](const request& x, const path_parameters& /*unused*/) { return probe(context, x); }},
    {get, "/api/v1/templates", view_configuration,
     [services](const request& /*unused*/, const path_parameters& /*unused*/) {
       return templates(*services);
     }},
    {get, "/api/v1/openapi.json", view_page,
     [files](const request& x, const path_parameters& /*unused*/) {
       return files->serve(x, "openapi.json", "no-cache");
     }},
  };
}

} // namespace camwall::http
