// Profile jsmpeg: the paths of contract B (docs/reference/compatibility.md).

#include "http/compat/compat_context.hpp"
#include "http/compat/jsmpeg_sessions.hpp"
#include "http/compat/profile.hpp"
#include "http/live/refusing.hpp"

#include <nlohmann/json.hpp>

namespace camwall::http {

namespace {

class jsmpeg final : public profile {
public:
  explicit jsmpeg(const compat_context& context) : context_(context) {
    // nop
  }

  std::vector<route> routes() override {
    using enum action;
    return {
      {method::get, "/api/health", view_health,
       [](const request&, const path_parameters&) {
         return json_answer(200, "{\"status\":\"healthy\"}\n");
       }},
      {method::get, "/api/streams", view_state,
       [this](const request& x, const path_parameters&) { return list(x); }},
      {method::get, "/api/streams/:id", view_state,
       [this](const request& x, const path_parameters& p) { return one(x, p.get(":id")); }},
      {method::get, "/ws/stream", view_media,
       [this](const request& x, const path_parameters&) {
         return accept_client(x, context_, session_for(x));
       }},
    };
  }

private:
  session_factory session_for(const request& x) {
    auto id = query_text(x, "id", compat_limits::name_bytes_max);
    auto client = x.query_value("client_id")
                    ? query_text(x, "client_id", compat_limits::name_bytes_max)
                    : std::string{};
    auto video = x.query_value("video_only").value_or("false");
    if (!id || id->empty() || !client || (video != "true" && video != "false"))
      return refusing(close_code::bad_request,
                      "id is needed, video_only is true or false, client_id has at most 64 bytes");
    jsmpeg_wish wish{.stream = stream_of(*id), .viewer = {}, .paired = !client->empty()};
    wish.viewer =
      wish.paired ? viewers_.find(viewer_name(x, *id, *client)) : std::make_shared<jsmpeg_viewer>();
    return [this, wish, only_video = video == "true"](
             websocket_loop& loop, websocket_peer& peer) -> std::unique_ptr<websocket_session> {
      auto room = context_.rooms.of(loop);
      if (only_video)
        return std::make_unique<jsmpeg_video>(context_, std::move(room), peer, wish);
      return std::make_unique<jsmpeg_control>(context_, std::move(room), peer, wish);
    };
  }

  /// The address belongs to it, so that nobody stops the video of somebody elsewhere.
  static std::string viewer_name(const request& x, std::string_view id, std::string_view client) {
    std::string out{x.peer.begin(), x.peer.end()};
    return out.append(id).append(1, '\0').append(client);
  }

  stream_name stream_of(std::string_view uuid) const {
    auto wall = context_.services.wall->load();
    const auto* camera = wall->find(context_.compat.ids->camera_of(uuid));
    return camera == nullptr ? stream_name{} : stream_name{camera->id, camera->grid_stream};
  }

  nlohmann::ordered_json shape(const request& x, const camera_snapshot& camera,
                               const compat_id& id) const {
    return {{"id", id.uuid},
            {"url", context_.compat.shown_url(camera.id)},
            {"label", camera.label},
            {"created_at", id.created},
            {"ws_url", socket_url(x, "/ws/stream?id=" + id.uuid)}};
  }

  response list(const request& x) const {
    auto streams = nlohmann::ordered_json::array();
    auto wall = context_.services.wall->load();
    for (const auto& camera : wall->cameras)
      if (const auto* id = context_.compat.ids->find(camera.id); id != nullptr)
        streams.push_back(shape(x, camera, *id));
    return json_answer(200, streams.dump() + "\n");
  }

  response one(const request& x, std::string_view uuid) const {
    auto wall = context_.services.wall->load();
    const auto* camera = wall->find(context_.compat.ids->camera_of(uuid));
    if (camera == nullptr)
      return json_error(404, "there is no stream with this id");
    return json_answer(200,
                       shape(x, *camera, *context_.compat.ids->find(camera->id)).dump() + "\n");
  }

  const compat_context& context_;
  jsmpeg_viewers viewers_;
};

} // namespace

std::unique_ptr<profile> make_jsmpeg(const compat_context& context) {
  return std::make_unique<jsmpeg>(context);
}

} // namespace camwall::http
