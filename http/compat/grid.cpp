// Profile grid: the paths of contract D (docs/reference/compatibility.md).

#include "http/compat/compat_context.hpp"
#include "http/compat/profile.hpp"
#include "http/hls_routes.hpp"
#include "http/uri.hpp"

namespace camwall::http {

namespace {

constexpr std::string_view prefix = "cam"; // Of cam1, cam2, …

class grid final : public profile {
public:
  explicit grid(const compat_context& context)
    : context_(context), hls_(context.services, std::chrono::steady_clock::now) {
    // nop
  }

  std::vector<route> routes() override {
    using enum action;
    auto hls = [this](response (hls_routes::*handler)(const request&, const path_parameters&)) {
      return [this, handler](const request& x, const path_parameters& p) {
        return (hls_.*handler)(x, p);
      };
    };
    return {
      {method::get, "/health", view_health,
       [](const request&, const path_parameters&) {
         return json_answer(200, "{\"status\":\"ok\"}\n");
       }},
      {method::get, "/hls/:camera/stream.m3u8", view_media,
       [this](const request& x, const path_parameters& p) { return numbered(x, p); }},
      {method::get, "/hls/:camera/index.m3u8", view_media, hls(&hls_routes::redirect)},
      {method::get, "/hls/:camera/:stream/:file", view_media, hls(&hls_routes::file)},
    };
  }

private:
  /// To the playlist of the camera that has this place in the grid.
  response numbered(const request& x, const path_parameters& parameters) {
    auto place = parameters.get(":camera");
    auto number =
      place.starts_with(prefix) ? parse_number(place.substr(prefix.size())) : std::nullopt;
    auto camera = number ? camera_at(*number) : std::string{};
    if (camera.empty())
      return json_error(404, "there is no camera with this number");
    path_parameters found;
    found.values.emplace_back(":camera", std::move(camera));
    return hls_.redirect(x, found);
  }

  /// Counted from 1; empty when there is none.
  std::string camera_at(std::size_t number) const {
    const auto& listed = context_.options.grid;
    auto wall = context_.services.wall->load();
    auto count = listed.empty() ? wall->cameras.size() : listed.size();
    if (number == 0 || number > count)
      return {};
    return listed.empty() ? wall->cameras[number - 1].id : listed[number - 1];
  }

  const compat_context& context_;
  hls_routes hls_;
};

} // namespace

std::unique_ptr<profile> make_grid(const compat_context& context) {
  return std::make_unique<grid>(context);
}

} // namespace camwall::http
