#include "tools/camera_sim/mounts_file.hpp"

#include <nlohmann/json.hpp>

#include <fstream>
#include <initializer_list>
#include <set>
#include <stdexcept>
#include <string_view>
#include <utility>

namespace camwall::camera_sim {

namespace {

using nlohmann::json;

constexpr unsigned port_max = 65'535;

/// Thrown and caught in this file only: a reader of nested objects wants one way out.
struct bad_mounts : std::runtime_error {
  using std::runtime_error::runtime_error;
};

void allow_keys(const json& object, const std::string& where,
                std::initializer_list<std::string_view> known) {
  if (!object.is_object())
    throw bad_mounts(where + ": an object is expected");
  const std::set<std::string_view> names{known};
  for (const auto& [key, value] : object.items()) {
    if (!names.contains(key))
      throw bad_mounts(std::string{where}.append(": unknown key \"").append(key).append("\""));
  }
}

std::string text(const json& object, const std::string& where, const char* key,
                 const char* fallback = nullptr) {
  const auto found = object.find(key);
  if (found == object.end() && fallback != nullptr)
    return fallback;
  if (found == object.end() || !found->is_string())
    throw bad_mounts(where + "." + key + ": a text is expected");
  return found->get<std::string>();
}

template <class Value>
Value choose(const std::string& chosen, const std::string& where,
             std::initializer_list<std::pair<std::string_view, Value>> values) {
  std::string names;
  for (const auto& [name, value] : values) {
    if (name == chosen)
      return value;
    names += (names.empty() ? "" : ", ") + std::string{name};
  }
  throw bad_mounts(where + ": \"" + chosen + "\" is not one of " + names);
}

const json& list(const json& object, const std::string& where, const char* key) {
  const auto found = object.find(key);
  if (found == object.end() || !found->is_array() || found->empty())
    throw bad_mounts(where + key + ": a list with at least one entry is expected");
  return *found;
}

mount_options read_stream(const json& from, const std::string& where,
                          const std::filesystem::path& folder, clip_store& clips) {
  allow_keys(from, where, {"path", "clip", "live", "transport", "start", "audio"});
  mount_options result;
  result.path = text(from, where, "path");
  result.transports = choose<transport>(
    text(from, where, "transport", "both"), where + ".transport",
    {{"tcp", transport::tcp}, {"udp", transport::udp}, {"both", transport::both}});
  result.begins = choose<start>(text(from, where, "start", "late_join"), where + ".start",
                                {{"late_join", start::late_join}, {"keyframe", start::keyframe}});
  if (const auto audio = from.find("audio"); audio != from.end()) {
    if (!audio->is_boolean())
      throw bad_mounts(where + ".audio: true or false is expected");
    result.audio = audio->get<bool>();
  }
  if (const auto live = from.find("live"); live != from.end()) {
    if (from.contains("clip"))
      throw bad_mounts(where + ": either clip or live is expected");
    if (!live->is_number_unsigned() || *live == 0U || *live > port_max)
      throw bad_mounts(where + ".live: a port is expected");
    result.live_port = live->get<std::uint16_t>();
    return result;
  }
  auto content = clips.get(folder / text(from, where, "clip"));
  if (!content)
    throw bad_mounts(content.error());
  result.content = std::move(*content);
  return result;
}

camera_options read_camera(const json& from, const std::string& where,
                           const std::filesystem::path& folder, clip_store& clips) {
  allow_keys(from, where, {"name", "label", "auth", "user", "password", "streams"});
  camera_options result;
  result.name = text(from, where, "name");
  if (result.name.empty() || result.name.find_first_of("/ \t\n") != std::string::npos)
    throw bad_mounts(where + ".name: a name without slashes and spaces is expected");
  result.label = text(from, where, "label", result.name.c_str());
  result.method =
    choose<login>(text(from, where, "auth", "none"), where + ".auth",
                  {{"none", login::none}, {"basic", login::basic}, {"digest", login::digest}});
  if (result.method != login::none) {
    result.user = text(from, where, "user");
    result.password = text(from, where, "password");
  }
  const auto& streams = list(from, where + ".", "streams");
  for (std::size_t i = 0; i < streams.size(); ++i)
    result.streams.push_back(
      read_stream(streams[i], where + ".streams[" + std::to_string(i) + "]", folder, clips));
  return result;
}

} // namespace

tl::expected<std::shared_ptr<const clip>, std::string> clip_store::get(
  const std::filesystem::path& file) {
  if (const auto found = clips_.find(file); found != clips_.end())
    return found->second;
  auto loaded = load_clip(file);
  if (loaded)
    clips_.emplace(file, *loaded);
  return loaded;
}

tl::expected<std::shared_ptr<const clip>, std::string> clip_store::named(const std::string& name) {
  if (name.find('/') != std::string::npos)
    return tl::unexpected("a clip's name without a folder is expected, not " + name);
  return get(folder_ / (name + ".mov"));
}

tl::expected<std::vector<camera_options>, std::string> read_mounts_file(
  const std::filesystem::path& file, const std::filesystem::path& clips_folder, clip_store& clips) {
  std::ifstream input{file};
  if (!input)
    return tl::unexpected("cannot read " + file.string());
  const auto folder = clips_folder.empty() ? file.parent_path() : clips_folder;
  try {
    const auto root = json::parse(input);
    allow_keys(root, "the file", {"cameras"});
    const auto& cameras = list(root, "", "cameras");
    std::vector<camera_options> result;
    for (std::size_t i = 0; i < cameras.size(); ++i)
      result.push_back(
        read_camera(cameras[i], "cameras[" + std::to_string(i) + "]", folder, clips));
    return result;
  } catch (const std::exception& wrong) {
    return tl::unexpected(file.string() + ": " + wrong.what());
  }
}

} // namespace camwall::camera_sim
