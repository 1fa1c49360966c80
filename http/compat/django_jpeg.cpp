// Profile django_jpeg: the paths of contract A (docs/reference/compatibility.md).

#include "http/compat/compat_cameras.hpp"
#include "http/compat/django_jpeg_session.hpp"
#include "http/compat/profile.hpp"

#include <nlohmann/json.hpp>

namespace camwall::http {

namespace {

using nlohmann::ordered_json;
using wish = django_jpeg_session::wish;

std::string socket_path(std::uint64_t number) {
  return "/ws/stream/?stream_id=" + std::to_string(number);
}

/// `base` is the address of the listener's sockets.
ordered_json shape(const compat_camera& camera, const std::string& base) {
  return {{"id", camera.names.number},
          {"name", camera.label},
          {"rtsp_url", camera.url},
          {"description", camera.group},
          {"status", to_string(camera.phase)},
          {"created_at", camera.names.created},
          {"ws_url", base + socket_path(camera.names.number)}};
}

response answer(int status, const ordered_json& x) {
  return json_answer(status, x.dump(-1, ' ', false, ordered_json::error_handler_t::replace) + "\n");
}

/// What the client gets that begins a stream.
response begun(int status, std::uint64_t number, const std::string& base,
               std::string_view message) {
  return answer(status,
                {{"id", number}, {"message", message}, {"ws_url", base + socket_path(number)}});
}

class django_jpeg final : public profile {
public:
  explicit django_jpeg(const compat_context& context) : context_(context), cameras_(context) {
    // nop
  }

  std::vector<route> routes() override {
    using enum action;
    return {
      {method::get, "/ws/stream", view_media,
       [this](const request& x, const path_parameters&) { return socket(x); }},
      {method::post, "/api/start", view_state,
       [this](const request& x, const path_parameters&) { return start(x); }},
      {method::get, "/api/streams", view_state,
       [this](const request& x, const path_parameters&) { return list(x); }},
      {method::post, "/api/streams/create", view_state,
       [this](const request& x, const path_parameters&) { return create(x); }},
      {method::get, "/api/streams/:id", view_state,
       [this](const request& x, const path_parameters& p) { return one(x, p.get(":id")); }},
      {method::patch, "/api/streams/:id/status", view_state,
       [this](const request& x, const path_parameters& p) { return order(x, p.get(":id")); }},
      {method::del, "/api/streams/:id/delete", view_state,
       [this](const request&, const path_parameters& p) { return remove(p.get(":id")); }},
    };
  }

private:
  wish wish_of(const request& x) const {
    auto url = query_text(x, "url", compat_limits::url_bytes_max);
    auto id = query_text(x, "stream_id", compat_limits::name_bytes_max);
    wish out;
    if (url && !url->empty()) {
      out.url = std::move(*url); // Looked at only after the handshake: it may begin a camera.
    } else if (!id || id->empty()) {
      return out;
    } else if (auto camera = cameras_.by_number(*id)) {
      out.stream = stream_name{camera->id, camera->grid_stream};
    } else if (auto named = adhoc_by_number(*id)) {
      out.stream = std::move(named->stream);
      out.lease = std::move(named->lease);
    } else {
      out.refusal = "there is no stream with this stream_id";
      out.code = close_code::not_found;
    }
    return out;
  }

  std::optional<adhoc_camera> adhoc_by_number(std::string_view text) const {
    auto number = parse_stream_number(text);
    return number && context_.compat.find_adhoc ? context_.compat.find_adhoc(*number)
                                                : std::nullopt;
  }

  response socket(const request& x) const {
    return accept_client(
      x, context_,
      [this, what = wish_of(x)](websocket_loop& loop,
                                websocket_peer& peer) -> std::unique_ptr<websocket_session> {
        return std::make_unique<django_jpeg_session>(context_, context_.rooms.of(loop), peer, what);
      });
  }

  response list(const request& x) const {
    auto streams = ordered_json::array();
    auto base = socket_url(x, "");
    for (const auto& camera : cameras_.all())
      streams.push_back(shape(camera, base));
    return answer(200, {{"streams", std::move(streams)}});
  }

  response one(const request& x, std::string_view number) const {
    auto camera = cameras_.by_number(number);
    if (!camera)
      return no_stream();
    return answer(200, {{"stream", shape(*camera, socket_url(x, ""))}});
  }

  /// The camera that has this address, or one that is begun for it; that waits a moment for its
  /// viewer.
  response start(const request& x) const {
    auto texts = read_texts(x.body, {"rtsp_url"});
    if (!texts || !texts->at(0))
      return json_error(400, "rtsp_url is needed");
    auto found = stream_by_url(context_, *texts->at(0));
    if (!found)
      return json_error(found.error().status, found.error().why);
    if (found->lease != nullptr)
      return begun(200, found->number, socket_url(x, ""), "Stream started");
    auto camera = cameras_.find(found->stream.camera);
    if (!camera)
      return json_error(403, adhoc_refusal);
    context_.services.demand(found->stream.camera, found->stream.stream);
    return begun(200, camera->names.number, socket_url(x, ""), "Stream started");
  }

  response create(const request& x) const {
    auto texts = read_texts(x.body, {"rtsp_url", "name", "description"});
    if (!texts || !texts->at(0))
      return json_error(400, "rtsp_url is needed");
    return cameras_.create({.url = texts->at(0), .label = texts->at(1), .group = texts->at(2)},
                           [base = socket_url(x, "")](const compat_camera& camera) {
                             return begun(201, camera.names.number, base, "Stream created");
                           });
  }

  /// Holds for everybody who watches: `stop_stream` over the socket is for one viewer.
  response order(const request& x, std::string_view number) const {
    auto camera = cameras_.by_number(number);
    if (!camera)
      return no_stream();
    auto texts = read_texts(x.body, {"action"});
    auto word = texts ? texts->at(0).value_or("") : std::string{};
    if (word != "pause" && word != "resume" && word != "start")
      return json_error(400, "action is pause, resume or start");
    auto pauses = word == "pause";
    auto is_off = camera->phase == phase::disabled;
    if (pauses ? !is_off : is_off) {
      if (!cameras_.may(action::operate))
        return role_refusal();
      context_.services.order(camera->id, pauses ? camera_order::disable : camera_order::enable);
    }
    if (!pauses)
      context_.services.demand(camera->id, camera->grid_stream);
    return answer(200, {{"message", pauses ? "Stream paused" : "Stream started"},
                        {"stream", shape(*camera, socket_url(x, ""))}});
  }

  response remove(std::string_view number) const {
    auto camera = cameras_.by_number(number);
    if (!camera)
      return no_stream();
    return cameras_.remove(*camera, [](const compat_camera& was) {
      return answer(200, {{"message", "Stream deleted"}, {"id", was.names.number}});
    });
  }

  static response no_stream() {
    return json_error(404, "there is no stream with this id");
  }

  const compat_context& context_;
  compat_cameras cameras_;
};

} // namespace

std::unique_ptr<profile> make_django_jpeg(const compat_context& context) {
  return std::make_unique<django_jpeg>(context);
}

} // namespace camwall::http
