// Profile jsmpeg: the paths of contract B (docs/reference/compatibility.md).

#include "http/compat/compat_cameras.hpp"
#include "http/compat/jsmpeg_sessions.hpp"
#include "http/compat/profile.hpp"
#include "http/compat/thumbnails.hpp"
#include "http/live/refusing.hpp"

#include <nlohmann/json.hpp>

namespace camwall::http {

namespace {

using nlohmann::ordered_json;

/// `base` is the address of the listener's sockets.
ordered_json shape(const compat_camera& camera, const std::string& base) {
  return {{"id", camera.names.uuid},
          {"url", camera.url},
          {"label", camera.label},
          {"created_at", camera.names.created},
          {"ws_url", base + "/ws/stream?id=" + camera.names.uuid}};
}

response answer(int status, const ordered_json& x) {
  return json_answer(status, x.dump(-1, ' ', false, ordered_json::error_handler_t::replace) + "\n");
}

response no_stream() {
  return json_error(404, "there is no stream with this id");
}

class jsmpeg final : public profile {
public:
  explicit jsmpeg(const compat_context& context) : context_(context), cameras_(context) {
    // nop
  }

  std::vector<route> routes() override {
    using enum action;
    auto changes = [this](const request& x, const path_parameters& p) {
      return change(x, p.get(":id"));
    };
    return {
      {method::get, "/api/health", view_health,
       [](const request&, const path_parameters&) {
         return json_answer(200, "{\"status\":\"healthy\"}\n");
       }},
      {method::get, "/api/streams", view_state,
       [this](const request& x, const path_parameters&) { return list(x); }},
      {method::post, "/api/streams", view_state,
       [this](const request& x, const path_parameters&) { return create(x); }},
      {method::get, "/api/streams/:id", view_state,
       [this](const request& x, const path_parameters& p) { return one(x, p.get(":id")); }},
      {method::put, "/api/streams/:id", view_state, changes},
      {method::patch, "/api/streams/:id", view_state, changes},
      {method::del, "/api/streams/:id", view_state,
       [this](const request&, const path_parameters& p) { return remove(p.get(":id")); }},
      {method::get, "/api/streams/:id/thumbnail", view_still,
       [this](const request& x, const path_parameters& p) {
         return picture(p.get(":id"), x.query_value("refresh") == "true");
       }},
      {method::post, "/api/streams/:id/thumbnail/refresh", view_still,
       [this](const request&, const path_parameters& p) { return picture(p.get(":id"), true); }},
      {method::get, "/api/thumbnails/cache/stats", view_state,
       [this](const request&, const path_parameters&) { return thumbnail_statistics(context_); }},
      {method::post, "/api/thumbnails/cache/clear", view_state,
       [this](const request&, const path_parameters&) { return clear_thumbnails(context_); }},
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
    auto camera = cameras_.by_uuid(uuid);
    return camera ? stream_name{camera->id, camera->grid_stream} : stream_name{};
  }

  response list(const request& x) const {
    auto streams = ordered_json::array();
    auto base = socket_url(x, "");
    for (const auto& camera : cameras_.all())
      streams.push_back(shape(camera, base));
    return answer(200, streams);
  }

  response one(const request& x, std::string_view uuid) const {
    auto camera = cameras_.by_uuid(uuid);
    return camera ? answer(200, shape(*camera, socket_url(x, ""))) : no_stream();
  }

  response create(const request& x) const {
    auto texts = read_texts(x.body, {"url", "label"});
    if (!texts)
      return json_error(400, bad_stream);
    return cameras_.create({.url = texts->at(0), .label = texts->at(1), .group = std::nullopt},
                           [base = socket_url(x, "")](const compat_camera& camera) {
                             return answer(201, shape(camera, base));
                           });
  }

  response change(const request& x, std::string_view uuid) const {
    auto camera = cameras_.by_uuid(uuid);
    if (!camera)
      return no_stream();
    auto texts = read_texts(x.body, {"url", "label"});
    if (!texts)
      return json_error(400, "the body is no JSON object with the texts url and label");
    return cameras_.change(*camera,
                           {.url = texts->at(0), .label = texts->at(1), .group = std::nullopt},
                           [base = socket_url(x, "")](const compat_camera& now) {
                             return answer(200, shape(now, base));
                           });
  }

  response remove(std::string_view uuid) const {
    auto camera = cameras_.by_uuid(uuid);
    if (!camera)
      return no_stream();
    return cameras_.remove(*camera, [](const compat_camera&) {
      response out;
      out.status = 204;
      return out;
    });
  }

  response picture(std::string_view uuid, bool anew) const {
    auto camera = cameras_.by_uuid(uuid);
    return camera ? thumbnail(context_, *camera, anew) : no_stream();
  }

  const compat_context& context_;
  compat_cameras cameras_;
  jsmpeg_viewers viewers_;
};

} // namespace

std::unique_ptr<profile> make_jsmpeg(const compat_context& context) {
  return std::make_unique<jsmpeg>(context);
}

} // namespace camwall::http
