#include "http/compat/thumbnails.hpp"

#include "core/rfc3339.hpp"

#include <nlohmann/json.hpp>
#include <openssl/evp.h>

namespace camwall::http {

namespace {

using nlohmann::ordered_json;

constexpr std::uint16_t width = 320;
constexpr std::uint16_t height = 240;
constexpr std::uint16_t quality = 80;

// RFC 4648 §4.
std::string base64(std::string_view bytes) {
  std::string out((bytes.size() + 2) / 3 * 4 + 1, '\0'); // OpenSSL ends it with a zero.
  auto size = EVP_EncodeBlock(reinterpret_cast<unsigned char*>(out.data()),
                              reinterpret_cast<const unsigned char*>(bytes.data()),
                              static_cast<int>(bytes.size()));
  out.resize(static_cast<std::size_t>(size));
  return out;
}

response none(const snapshot_result& x) {
  auto out = json_error(503, x.why.empty() ? "the camera gives no picture" : x.why);
  out.add("Retry-After", std::to_string(x.retry_after.count() > 0 ? x.retry_after.count() : 5));
  return out;
}

response rendered(const snapshot_result& x, const std::string& uuid) {
  if (!x.picture)
    return none(x);
  const auto& picture = *x.picture;
  ordered_json out{{"thumbnail", "data:image/jpeg;base64," + base64(picture.jpeg)},
                   {"timestamp", rfc3339(picture.taken)},
                   {"size", {{"width", picture.width}, {"height", picture.height}}},
                   {"format", "jpeg"},
                   {"quality", quality},
                   {"stream_id", uuid}};
  return json_answer(200, out.dump() + "\n");
}

response unavailable() {
  return json_error(501, "this server makes no still pictures");
}

} // namespace

response thumbnail(const compat_context& context, const compat_camera& camera, bool anew) {
  if (context.services.snapshots == nullptr)
    return unavailable();
  snapshot_request what{.camera = camera.id,
                        .stream = {},
                        .width = width,
                        .height = height,
                        .quality = quality,
                        .max_age = std::nullopt};
  if (anew)
    what.max_age = std::chrono::milliseconds{0};
  response out;
  out.later = [source = context.services.snapshots, what = std::move(what),
               uuid = camera.names.uuid](const answer_later& answer) {
    source->take(what, [answer, uuid](const snapshot_result& x) { answer(rendered(x, uuid)); });
  };
  return out;
}

response thumbnail_statistics(const compat_context& context) {
  if (context.services.snapshots == nullptr)
    return unavailable();
  auto x = context.services.snapshots->statistics();
  auto streams = ordered_json::array();
  for (const auto& camera : x.cameras)
    if (const auto* names = context.compat.ids->find(camera); names != nullptr)
      streams.push_back(names->uuid);
  ordered_json out{{"total_cached", x.pictures},
                   {"cache_ttl", std::chrono::duration<double>(x.time_to_live).count()},
                   {"cached_streams", std::move(streams)}};
  return json_answer(200, out.dump() + "\n");
}

response clear_thumbnails(const compat_context& context) {
  if (context.services.snapshots == nullptr)
    return unavailable();
  context.services.snapshots->clear({});
  return json_answer(200, "{\"message\":\"Thumbnail cache cleared\"}\n");
}

} // namespace camwall::http
