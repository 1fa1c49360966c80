/// Bodies of the API that are cameras: the first line is a document, the rest a patch of it.

#include "config/camera_document.hpp"

#include "tests/fuzz/fuzz_input.hpp"

namespace camwall::config {
namespace {

using fuzz::must;

void check_faults(const std::vector<change_refusal::fault>& faults) {
  must(!faults.empty(), "a refusal without a reason");
  for (const auto& fault : faults)
    must(!fault.what.empty() && (fault.where.empty() || fault.where.starts_with('/')),
         "a fault that points nowhere");
}

/// What is kept of a camera means the same camera.
void check_kept(const camera& x, const wall& main) {
  auto again = camera_from_json(x.settings, main);
  must(again.has_value(), "settings that are not read again");
  must(again->id == x.id && again->label == x.label && again->url == x.url &&
         again->sub_url == x.sub_url && again->password == x.password &&
         again->sub_password == x.sub_password && again->settings == x.settings,
       "settings that mean another camera");
  must(has_api_header(camera_file_text(x)), "a file that nobody owns");
}

void check_described(const camera& x) {
  static const auto key = etag_key::random();
  constexpr std::string_view secret = "hunter22";
  auto told = describe(x, key);
  // Where the word stands in a field that may be seen, it is no secret.
  auto seen = x.id + x.label + x.group;
  if (x.password == secret && seen.find(secret) == std::string::npos &&
      x.url.find(secret, x.url.find('@')) == std::string::npos && x.sub_url.empty())
    must(told.json.find(secret) == std::string::npos, "a password is told");
}

void check(fuzz::input in) {
  static const wall main{};
  auto made = camera_from_json(in.line(), main);
  if (!made) {
    check_faults(made.error());
    return;
  }
  check_kept(*made, main);
  check_described(*made);
  auto patched = camera_from_patch(in.rest(), main, *made);
  if (!patched) {
    check_faults(patched.error());
    return;
  }
  must(patched->id == made->id, "a patch that changes the id");
  check_kept(*patched, main);
  check_described(*patched);
}

} // namespace
} // namespace camwall::config

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  camwall::config::check({data, size});
  return 0;
}
