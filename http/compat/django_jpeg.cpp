// Profile django_jpeg: the paths of contract A (docs/reference/compatibility.md).

#include "http/compat/compat_context.hpp"
#include "http/compat/django_jpeg_session.hpp"
#include "http/compat/profile.hpp"
#include "http/uri.hpp"

#include <nlohmann/json.hpp>

namespace camwall::http {

namespace {

using wish = django_jpeg_session::wish;

class django_jpeg final : public profile {
public:
  explicit django_jpeg(const compat_context& context) : context_(context) {
    // nop
  }

  std::vector<route> routes() override {
    using enum action;
    return {
      {method::get, "/ws/stream", view_media,
       [this](const request& x, const path_parameters&) { return socket(x); }},
      {method::get, "/api/streams", view_state,
       [this](const request& x, const path_parameters&) { return list(x); }},
      {method::get, "/api/streams/:id", view_state,
       [this](const request& x, const path_parameters& p) { return one(x, p.get(":id")); }},
    };
  }

private:
  /// The camera's grid stream; empty when no camera has this number.
  std::optional<stream_name> by_number(std::string_view text) const {
    auto number = parse_number(text);
    auto wall = context_.services.wall->load();
    const auto* camera =
      number ? wall->find(context_.compat.ids->camera_of(static_cast<std::uint32_t>(*number)))
             : nullptr;
    if (camera == nullptr)
      return std::nullopt;
    return stream_name{camera->id, camera->grid_stream};
  }

  wish wish_of(const request& x) const {
    auto url = query_text(x, "url", compat_limits::url_bytes_max);
    auto id = query_text(x, "stream_id", compat_limits::name_bytes_max);
    if (url && !url->empty()) {
      auto found = context_.compat.find_stream(*url);
      if (!found)
        return {{}, std::string{adhoc_refusal}, close_code::not_allowed};
      return {std::move(found), {}, 0};
    }
    if (!id || id->empty())
      return {};
    auto found = by_number(*id);
    if (!found)
      return {{}, "there is no stream with this stream_id", close_code::not_found};
    return {std::move(found), {}, 0};
  }

  response socket(const request& x) const {
    return accept_client(
      x, context_,
      [this, what = wish_of(x)](websocket_loop& loop,
                                websocket_peer& peer) -> std::unique_ptr<websocket_session> {
        return std::make_unique<django_jpeg_session>(context_, context_.rooms.of(loop), peer, what);
      });
  }

  nlohmann::ordered_json shape(const request& x, const camera_snapshot& camera,
                               const compat_id& id) const {
    auto number = std::to_string(id.number);
    return {{"id", id.number},
            {"name", camera.label},
            {"rtsp_url", context_.compat.shown_url(camera.id)},
            {"description", camera.group},
            {"status", to_string(camera.phase)},
            {"created_at", id.created},
            {"ws_url", socket_url(x, "/ws/stream/?stream_id=" + number)}};
  }

  response list(const request& x) const {
    auto streams = nlohmann::ordered_json::array();
    auto wall = context_.services.wall->load();
    for (const auto& camera : wall->cameras)
      if (const auto* id = context_.compat.ids->find(camera.id); id != nullptr)
        streams.push_back(shape(x, camera, *id));
    return json_answer(200, nlohmann::ordered_json{{"streams", std::move(streams)}}.dump() + "\n");
  }

  response one(const request& x, std::string_view number) const {
    auto named = by_number(number);
    auto wall = context_.services.wall->load();
    const auto* camera = named ? wall->find(named->camera) : nullptr;
    if (camera == nullptr)
      return json_error(404, "there is no stream with this id");
    auto shown = shape(x, *camera, *context_.compat.ids->find(camera->id));
    return json_answer(200, nlohmann::ordered_json{{"stream", std::move(shown)}}.dump() + "\n");
  }

  const compat_context& context_;
};

} // namespace

std::unique_ptr<profile> make_django_jpeg(const compat_context& context) {
  return std::make_unique<django_jpeg>(context);
}

} // namespace camwall::http
