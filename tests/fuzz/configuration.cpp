/// The text of a configuration.

#include "config/camera_finder.hpp"
#include "config/difference.hpp"
#include "config/loader.hpp"
#include "tests/fuzz/fuzz_input.hpp"

namespace camwall::config {
namespace {

using fuzz::must;

std::optional<std::string> variable(const std::string& name) {
  return name == "SECRET" ? std::optional<std::string>{"p%w: [*&"} : std::nullopt;
}

void check(std::string_view text) {
  const std::filesystem::path file = "/nonexistent/wall.yaml"; // No drop-ins, no `.env`.
  auto loaded = load_text(text, file, variable);
  if (!loaded) {
    must(!loaded.error().empty(), "a refusal without a reason");
    for (const auto& error : loaded.error())
      must(!error.message.empty(), "an error without words");
    return;
  }
  must(loaded->cameras.size() <= loaded->limits.cameras_max, "more cameras than are allowed");
  must(loaded->server.port != 0 || text.find(":0") != std::string_view::npos, "no port");
  camera_finder finder{loaded->cameras};
  for (const auto& camera : loaded->cameras)
    must(!camera.id.empty() && finder.find(camera.url).has_value(), "a camera that is not found");
  auto again = load_text(text, file, variable);
  must(again.has_value() && compare(*loaded, *again).empty(), "the same text means another thing");
}

} // namespace
} // namespace camwall::config

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  camwall::config::check(camwall::fuzz::input{data, size}.rest());
  return 0;
}
