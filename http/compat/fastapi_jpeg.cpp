// Profile fastapi_jpeg: the paths of contract C (docs/reference/compatibility.md).

#include "http/compat/compat_context.hpp"
#include "http/compat/jpeg_session.hpp"
#include "http/compat/profile.hpp"
#include "http/live/live_messages.hpp"
#include "http/live/refusing.hpp"
#include "http/uri.hpp"

#include <map>
#include <mutex>

namespace camwall::http {

namespace {

constexpr std::uint16_t picture_width = 640;
constexpr std::uint16_t picture_height = 360;

/// What the clients' own camera numbers stand for. A number means the stream of the first client
/// that used it, until the last one has left. Any thread.
class index_table {
public:
  using shared_stream = std::shared_ptr<const adhoc_camera>;

  shared_stream join(const std::string& index, adhoc_camera wanted) {
    std::lock_guard guard{mutex_};
    // The sockets are limited, and with them what is in use.
    std::erase_if(streams_, [](const auto& x) { return x.second.expired(); });
    auto& known = streams_[index];
    auto out = known.lock();
    if (!out) {
      out = std::make_shared<const adhoc_camera>(std::move(wanted));
      known = out;
    }
    return out;
  }

private:
  std::mutex mutex_;
  std::map<std::string, std::weak_ptr<const adhoc_camera>> streams_; // Guarded by mutex_.
};

/// False when it is there and no number from `min` to `max`.
bool read_number(const request& x, std::string_view name, std::uint16_t min, std::uint16_t max,
                 std::uint16_t& into) {
  auto raw = x.query_value(name);
  if (!raw)
    return true;
  auto number = parse_number(*raw);
  if (!number || *number < min || *number > max)
    return false;
  into = static_cast<std::uint16_t>(*number);
  return true;
}

bool read_rendition(const request& x, feed_key& into) {
  namespace bounds = picture_limits;
  auto sized = x.query_value("width") || x.query_value("height");
  into.width = sized ? 0 : picture_width;
  into.height = sized ? 0 : picture_height;
  return read_number(x, "width", bounds::side_min, bounds::side_max, into.width) &&
         read_number(x, "height", bounds::side_min, bounds::side_max, into.height) &&
         read_number(x, "fps", 1, bounds::fps_max, into.fps) &&
         read_number(x, "quality", 1, bounds::quality_max, into.quality) &&
         (into.height == 0 || into.width != 0);
}

class fastapi_jpeg final : public profile {
public:
  explicit fastapi_jpeg(const compat_context& context) : context_(context) {
    // nop
  }

  std::vector<route> routes() override {
    using enum action;
    return {
      {method::get, "/", view_health,
       [](const request&, const path_parameters&) {
         return json_answer(200, "{\"status\":\"ok\"}\n");
       }},
      {method::get, "/ws", view_media,
       [this](const request& x, const path_parameters&) {
         return accept_client(x, context_, session_for(x));
       }},
    };
  }

private:
  session_factory session_for(const request& x) {
    auto url = query_text(x, "rtsp", compat_limits::url_bytes_max);
    auto index = query_text(x, "camera_index", compat_limits::name_bytes_max);
    if (!url || url->empty() || !index || index->empty())
      return refusing(close_code::bad_request, "rtsp and camera_index are both needed");
    feed_key what{.format = media_format::jpeg};
    if (!read_rendition(x, what))
      return refusing(
        close_code::bad_request,
        "width and height are 16 to 4096 (no height without a width), fps is 1 to 60, "
        "quality 1 to 100");
    // Only after the handshake: an address may begin a camera.
    return [this, what, index = std::move(*index), address = std::move(*url)](
             websocket_loop& loop, websocket_peer& peer) -> std::unique_ptr<websocket_session> {
      auto found = stream_by_url(context_, address);
      if (!found)
        return refusing(found.error().close_code, found.error().why)(loop, peer);
      auto joined = indices_.join(index, std::move(*found));
      auto feed = what;
      feed.camera = joined->stream.camera;
      feed.stream = joined->stream.stream;
      auto lease = joined->lease;
      return std::make_unique<jpeg_session>(context_, context_.rooms.of(loop), peer,
                                            std::move(feed), jpeg_session::manners{},
                                            std::move(lease), std::move(joined));
    };
  }

  const compat_context& context_;
  index_table indices_;
};

} // namespace

std::unique_ptr<profile> make_fastapi_jpeg(const compat_context& context) {
  return std::make_unique<fastapi_jpeg>(context);
}

} // namespace camwall::http
