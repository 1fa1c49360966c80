// How cameras fare, and orders to them.

#include "core/wall_json.hpp"
#include "http/api/api_answer.hpp"
#include "http/api/api_routes.hpp"
#include "http/problem.hpp"
#include "http/uri.hpp"

#include <algorithm>
#include <optional>

namespace camwall::http {

namespace {

constexpr std::string_view page_size_default = "256";
constexpr std::size_t page_size_max = 1000;
constexpr std::string_view events_page_default = "50";
constexpr std::size_t events_page_max = 200;
constexpr std::size_t filter_bytes_max = 256;

struct page {
  std::size_t offset = 0; ///< Or the sequence that ends it, for events.
  std::size_t limit = 0;
};

std::optional<page> read_page(const request& x, std::string_view from,
                              std::string_view limit_default, std::size_t limit_max) {
  auto offset = parse_number(x.query_value(from).value_or("0"));
  auto limit = parse_number(x.query_value("limit").value_or(limit_default));
  if (!offset || !limit || *limit == 0 || *limit > limit_max)
    return std::nullopt;
  return page{*offset, *limit};
}

/// What a client asks the list for. `group=` without a value means cameras without a group.
struct filter {
  std::optional<std::string> group;
  std::optional<phase> wanted;

  bool passes(const camera_snapshot& x) const {
    return (!group || *group == x.group) && (!wanted || *wanted == x.phase);
  }
};

std::optional<phase> phase_named(std::string_view word) {
  for (auto x : all_phases)
    if (to_string(x) == word)
      return x;
  return std::nullopt;
}

std::optional<filter> read_filter(const request& x) {
  filter out;
  if (auto raw = x.query_value("group")) {
    out.group = decode_query(*raw, filter_bytes_max);
    if (!out.group)
      return std::nullopt;
  }
  if (auto raw = x.query_value("phase")) {
    out.wanted = phase_named(*raw);
    if (!out.wanted)
      return std::nullopt;
  }
  return out;
}

response list(const api_context& context, const request& x) {
  auto wanted = read_page(x, "offset", page_size_default, page_size_max);
  if (!wanted)
    return problem(400, "bad_query", "offset is a number from 0, limit one from 1 to 1000.");
  auto only = read_filter(x);
  if (!only)
    return problem(400, "bad_query",
                   "phase is one of disabled, idle, connecting, live, stale, backoff, auth_failed; "
                   "group is the name of a group, percent-encoded.");
  auto wall = context.services.wall->load();
  std::vector<const camera_snapshot*> found;
  for (const auto& camera : wall->cameras)
    if (only->passes(camera) && knows(x.who, camera))
      found.push_back(&camera);
  return json_response(to_json(found, wanted->offset, wanted->limit));
}

response one(const api_context& context, const path_parameters& parameters) {
  auto wall = context.services.wall->load();
  const auto* found = wall->find(parameters.get(":id"));
  return found == nullptr ? camera_not_found() : json_response(to_json(*found));
}

response history(const api_context& context, const request& x, const path_parameters& parameters) {
  auto wanted = read_page(x, "before", events_page_default, events_page_max);
  if (!wanted)
    return problem(400, "bad_query", "before is a number from 0, limit one from 1 to 200.");
  auto wall = context.services.wall->load();
  const auto* found = wall->find(parameters.get(":id"));
  return found == nullptr ? camera_not_found()
                          : json_response(events_to_json(*found, wanted->offset, wanted->limit));
}

response order(const api_context& context, camera_order what, const path_parameters& parameters) {
  auto wall = context.services.wall->load();
  const auto* found = wall->find(parameters.get(":id"));
  if (found == nullptr)
    return camera_not_found();
  context.services.order(found->id, what);
  // The order is on its way; the state is that from before.
  return json_response(to_json(*found), 202);
}

} // namespace

std::vector<route> camera_state_routes(const api_context& context) {
  const auto* c = &context;
  auto ordered = [c](camera_order what) {
    return
      [c, what](const request& /*unused*/, const path_parameters& p) { return order(*c, what, p); };
  };
  using enum action;
  constexpr auto get = method::get;
  constexpr auto post = method::post;
  return {
    {get, "/api/v1/cameras", view_state,
     [c](const request& x, const path_parameters& /*unused*/) { return list(*c, x); }},
    {get, "/api/v1/cameras/:id", view_state,
     [c](const request& /*unused*/, const path_parameters& p) { return one(*c, p); }},
    {get, "/api/v1/cameras/:id/events", view_state,
     [c](const request& x, const path_parameters& p) { return history(*c, x, p); }},
    {post, "/api/v1/cameras/:id/restart", operate, ordered(camera_order::restart)},
    {post, "/api/v1/cameras/:id/retry", operate, ordered(camera_order::retry)},
    {post, "/api/v1/cameras/:id/enable", operate, ordered(camera_order::enable)},
    {post, "/api/v1/cameras/:id/disable", operate, ordered(camera_order::disable)},
  };
}

} // namespace camwall::http
