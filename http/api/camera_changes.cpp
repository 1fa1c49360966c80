// How cameras are configured, and changes of it: all over the catalogue, which writes the files.

#include "http/api/api_answer.hpp"
#include "http/api/api_routes.hpp"
#include "http/api/json_body.hpp"
#include "http/problem.hpp"

#include <array>
#include <optional>
#include <string>

namespace camwall::http {

namespace {

constexpr std::size_t etags_max = 16; // In one If-Match.
constexpr std::array<std::string_view, 1> json_types{"application/json"};
constexpr std::array<std::string_view, 2> patch_types{"application/merge-patch+json",
                                                      "application/json"};

response configured(const configured_camera& x, int status) {
  auto out = json_response(x.json, status);
  out.add("ETag", '"' + x.etag + '"');
  return out;
}

/// What `If-Match` says (RFC 9110 §13.1.1).
struct precondition {
  bool given = false;
  std::optional<std::string> etag; ///< None with `*`, or without the field.
  std::optional<response> refused;
};

// A list is met when one of its tags is; the catalogue compares again when it makes the change. A
// weak tag never matches.
precondition read_precondition(const request& x, const configured_camera* camera) {
  precondition out;
  auto rest = trim(x.header("If-Match"));
  out.given = !rest.empty();
  if (!out.given || rest == "*")
    return out;
  for (std::size_t i = 0; !rest.empty() && i < etags_max; ++i) {
    auto end = rest.find(',');
    auto tag = trim(rest.substr(0, end));
    rest = end == std::string_view::npos ? std::string_view{} : rest.substr(end + 1);
    if (camera != nullptr && tag == '"' + camera->etag + '"')
      out.etag = camera->etag;
  }
  if (!out.etag && camera != nullptr)
    out.refused =
      refusal_response({change_refusal::kind::stale,
                        "camera_changed",
                        "The camera was changed meanwhile; read its configuration again "
                        "and send the ETag that comes with it.",
                        {}});
  return out;
}

/// `?probe=false` leaves the look at the camera out. None for any other word.
std::optional<bool> read_probe(const request& x) {
  auto word = x.query_value("probe").value_or("true");
  if (word != "true" && word != "false")
    return std::nullopt;
  return word == "true";
}

class change_handlers {
public:
  explicit change_handlers(const api_context& context) : context_(&context) {
    // nop
  }

  response show(const path_parameters& parameters) const {
    if (catalogue() == nullptr)
      return no_catalogue();
    auto wall = catalogue()->cameras();
    const auto* found = wall->find(parameters.get(":id"));
    return found == nullptr ? camera_not_found() : configured(*found, 200);
  }

  response create(const request& x) const {
    if (catalogue() == nullptr)
      return no_catalogue();
    if (auto why = refuse_body(x, json_types))
      return std::move(*why);
    return order(x, {.what = camera_change::kind::create, .body = std::string{x.body}});
  }

  // Without the tag somebody's settings that nobody has seen would be lost without a word; who
  // wants that says so by `*`. A patch says what it means to change, and a removal as well.
  response replace(const request& x, const path_parameters& parameters) const {
    if (catalogue() != nullptr && trim(x.header("If-Match")).empty())
      return problem(
        428, "precondition_required",
        "Replacing all settings needs If-Match with the ETag of the configuration that "
        "they replace, or with * for whatever there is.");
    return change(x, parameters, camera_change::kind::replace, json_types);
  }

  response patch(const request& x, const path_parameters& parameters) const {
    return change(x, parameters, camera_change::kind::patch, patch_types);
  }

  response remove(const request& x, const path_parameters& parameters) const {
    return change(x, parameters, camera_change::kind::remove, {});
  }

private:
  camera_catalogue* catalogue() const noexcept {
    return context_->services.catalogue;
  }

  static response no_catalogue() {
    return not_available("a configuration that can be read or changed here");
  }

  response change(const request& x, const path_parameters& parameters, camera_change::kind what,
                  std::span<const std::string_view> media_types) const {
    if (catalogue() == nullptr)
      return no_catalogue();
    auto wall = catalogue()->cameras();
    const auto* found = wall->find(parameters.get(":id"));
    if (found == nullptr)
      return camera_not_found();
    if (!media_types.empty())
      if (auto why = refuse_body(x, media_types))
        return std::move(*why);
    auto only_if = read_precondition(x, found);
    if (only_if.refused)
      return std::move(*only_if.refused);
    return order(x, {.what = what,
                     .id = found->id,
                     .body = std::string{media_types.empty() ? std::string_view{} : x.body},
                     .if_match = std::move(only_if.etag)});
  }

  response order(const request& x, camera_change wanted) const {
    auto probe = read_probe(x);
    if (!probe)
      return problem(400, "bad_query", "probe is true or false.");
    wanted.probe = *probe;
    wanted.who = context_->name_of(x);
    auto what = wanted.what;
    auto* to = catalogue();
    response out;
    out.later = [to, what, wanted = std::move(wanted)](answer_later done) {
      to->apply(wanted, [what, done = std::move(done)](camera_catalogue::change_result result) {
        done(answer(what, std::move(result)));
      });
    };
    return out;
  }

  static response answer(camera_change::kind what, camera_catalogue::change_result result) {
    if (!result)
      return refusal_response(result.error());
    if (what == camera_change::kind::remove) {
      response gone;
      gone.status = 204;
      return gone;
    }
    if (what != camera_change::kind::create)
      return configured(*result, 200);
    auto made = configured(*result, 201);
    // Ids are letters, digits, `_` and `-`.
    made.add("Location", "/api/v1/cameras/" + result->id);
    return made;
  }

  const api_context* context_;
};

} // namespace

std::vector<route> camera_change_routes(const api_context& context) {
  const change_handlers h{context};
  using with_path = response (change_handlers::*)(const request&, const path_parameters&) const;
  auto bound = [h](with_path handler) {
    return [h, handler](const request& x, const path_parameters& p) { return (h.*handler)(x, p); };
  };
  using enum method;
  constexpr auto view = action::view_configuration;
  constexpr auto configure = action::configure;
  constexpr std::string_view camera = "/api/v1/cameras/:id";
  constexpr std::string_view configuration = "/api/v1/cameras/:id/configuration";
  return {
    {post, "/api/v1/cameras", configure,
     [h](const request& x, const path_parameters& /*unused*/) { return h.create(x); }},
    {get, configuration, view,
     [h](const request& /*unused*/, const path_parameters& p) { return h.show(p); }},
    {put, configuration, configure, bound(&change_handlers::replace)},
    {patch, configuration, configure, bound(&change_handlers::patch)},
    {put, camera, configure, bound(&change_handlers::replace)},
    {patch, camera, configure, bound(&change_handlers::patch)},
    {del, camera, configure, bound(&change_handlers::remove)},
  };
}

} // namespace camwall::http
