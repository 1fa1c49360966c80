#include "config/camera_document.hpp"
#include "config/keys.hpp"
#include "config/loader.hpp"
#include "config/sections.hpp"
#include "config/text_file.hpp"

#include <algorithm>
#include <system_error>

namespace camwall::config {

namespace {

namespace fs = std::filesystem;

constexpr std::string_view wanted_ending = ".yaml";

/// What editors and we ourselves leave behind.
bool is_ignored(const std::string& name) {
  return name.starts_with('.') || name.ends_with('~') || name.ends_with(".tmp");
}

/// The files to read, in the order of their names.
std::vector<fs::path> files_in(load_context& context, const fs::path& folder) {
  std::vector<fs::path> out;
  std::error_code error;
  fs::directory_iterator entries{folder, error};
  if (error == std::errc::no_such_file_or_directory)
    return out;
  for (; !error && entries != fs::directory_iterator{}; entries.increment(error)) {
    auto name = entries->path().filename().string();
    if (is_ignored(name))
      continue;
    if (!name.ends_with(wanted_ending)) {
      if (name.ends_with(".yml"))
        context.warn({}, "cameras_dir",
                     quote(name) + " is not read: its name ends in .yml, not .yaml");
      continue;
    }
    if (out.size() == drop_ins_max) {
      context.error({}, "cameras_dir",
                    "holds more than " + std::to_string(drop_ins_max) + " files");
      break;
    }
    out.push_back(entries->path());
  }
  if (error)
    context.error({}, "cameras_dir",
                  "the folder " + quote(folder.string()) + " cannot be read: " + error.message());
  std::sort(out.begin(), out.end());
  return out;
}

/// A file of the API holds one camera, its own. One that was copied or renamed is somebody's own.
void mark_api_owned(load_context& context, const fs::path& file, std::string_view text,
                    bool is_single, std::span<camera> cameras) {
  if (!has_api_header(text))
    return;
  std::error_code error;
  bool fits = is_single && cameras.size() == 1 && !fs::is_symlink(file, error) &&
              file.filename() == api_file_name(cameras.front().id);
  if (fits)
    cameras.front().api_owned = true;
  else
    context.warn(
      {}, {},
      "begins as a file of the API, but its name or content is not; the API leaves it alone");
}

void read_text(load_context& context, const fs::path& file, std::string_view text,
               const camera_defaults& defaults, camera_list& into) {
  if (auto flaw = find_text_flaw(text))
    return context.error(flaw->at, {}, flaw->message);
  auto root = parse_yaml(text);
  if (!root)
    return context.error(root.error().at, {}, root.error().message);
  section top{context, &*root, "", drop_in_section};
  const auto* single = top.find("camera");
  const auto* list = top.find("cameras");
  if (single != nullptr && list != nullptr)
    top.error("camera", "is given beside cameras; write only one of them");
  else if (single == nullptr && list == nullptr && root->what == yaml_node::kind::mapping)
    context.error(root->at, {}, "holds neither camera nor cameras");
  auto count_before = into.cameras.size();
  read_cameras(context, top, defaults, into);
  if (single != nullptr && single->what == yaml_node::kind::null)
    top.error("camera", "has no value");
  else if (single != nullptr)
    read_camera(context, *single, "camera", defaults, into);
  mark_api_owned(context, file, text, single != nullptr,
                 std::span{into.cameras}.subspan(count_before));
}

} // namespace

void read_drop_ins(load_context& context, const camera_defaults& defaults, const fs::path& folder,
                   camera_list& into) {
  std::size_t bytes = 0;
  for (const auto& file : files_in(context, folder)) {
    other_file scope{context, file};
    auto content = read_text_file(file, config_bytes_max);
    if (!content) {
      context.error({}, {}, content.error());
      continue;
    }
    bytes += content->text.size();
    if (bytes > drop_in_bytes_max)
      return context.error({}, {}, "with this file, those of cameras_dir are larger than 8 MiB");
    read_text(context, file, content->text, defaults, into);
  }
}

} // namespace camwall::config
