#include "media/server/output_folder.hpp"

#include <system_error>

namespace camwall::media {

namespace fs = std::filesystem;

namespace {

/// Not a link to one: what lies behind a link is somebody else's.
bool is_real_folder(const fs::path& x) {
  std::error_code error;
  return fs::is_directory(fs::symlink_status(x, error));
}

} // namespace

bool is_output_name(std::string_view name) noexcept {
  if (name.ends_with(".tmp"))
    name.remove_suffix(4);
  return name.ends_with(".m3u8") || name.ends_with(".m4s") || name.ends_with(".ts") ||
         (name.starts_with("init-") && name.ends_with(".mp4"));
}

output_folder::output_folder(fs::path root) : root_(std::move(root)) {
  // nop
}

std::string output_folder::prepare() {
  std::error_code error;
  fs::create_directories(root_, error);
  if (error)
    return root_.string() + ": cannot be made (" + error.message() +
           "); mend the permissions or change hls.directory";
  return {};
}

std::size_t output_folder::remove_orphans(const std::set<std::string>& known_cameras) {
  std::size_t count = 0;
  std::error_code error;
  for (const auto& camera : fs::directory_iterator{root_, error})
    if (is_real_folder(camera.path()) && !known_cameras.contains(camera.path().filename().string()))
      count += clean_camera(camera.path(), {});
  return count;
}

std::size_t output_folder::wipe() {
  return remove_orphans({});
}

std::size_t output_folder::remove_streams(const std::string& camera,
                                          const std::set<std::string>& kept) {
  return is_real_folder(root_ / camera) ? clean_camera(root_ / camera, kept) : 0;
}

std::size_t output_folder::clean_camera(const fs::path& camera, const std::set<std::string>& kept) {
  std::size_t count = 0;
  std::error_code error;
  for (const auto* stream : {"main", "sub"}) {
    auto folder = camera / stream;
    if (kept.contains(stream) || !is_real_folder(folder))
      continue;
    for (const auto& file : fs::directory_iterator{folder, error})
      if (is_output_name(file.path().filename().string()) && fs::remove(file.path(), error))
        ++count;
    fs::remove(folder, error); // Only when it is empty now.
  }
  fs::remove(camera, error);
  return count;
}

} // namespace camwall::media
