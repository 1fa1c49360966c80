#include "config/loader.hpp"

#include "config/sections.hpp"
#include "config/text_file.hpp"
#include "config/yaml_tree.hpp"

#include <algorithm>
#include <exception>
#include <system_error>

namespace camwall::config {

namespace {

using errors = std::vector<config_error>;

tl::unexpected<errors> single(const std::filesystem::path& file, position at, std::string message) {
  return tl::unexpected(errors{{file.string(), at.line, at.column, {}, std::move(message)}});
}

/// True when one folder is the other or lies in it.
bool overlap(const std::filesystem::path& a, const std::filesystem::path& b) {
  auto [at_a, at_b] = std::mismatch(a.begin(), a.end(), b.begin(), b.end());
  return at_a == a.end() || at_b == b.end();
}

/// Cameras of all files.
void read_all_cameras(load_context& context, section& top, wall& into) {
  top.read("cameras_dir", into.cameras_dir);
  std::error_code ignored;
  auto is_root = !into.hls.directory.has_relative_path(); // Reported already.
  if (!is_root && overlap(into.hls.directory, into.cameras_dir))
    top.error("cameras_dir", "must not be, hold or lie in hls.directory, whose content is deleted");
  else if (top.find("cameras_dir") != nullptr &&
           !std::filesystem::exists(into.cameras_dir, ignored))
    context.warn(top.find("cameras_dir")->at, "cameras_dir", "does not exist (yet)");
  read_defaults(context, top, into.defaults);
  camera_list list{into.cameras, into.limits.cameras_max};
  read_cameras(context, top, into.defaults, list);
  read_drop_ins(context, into.defaults, into.cameras_dir, list);
}

void read_top(load_context& context, const yaml_node& root, wall& into) {
  section top{context, &root, "", ""};
  read_variables(context, top);
  read_server(context, top, into.server);
  read_hls(context, top, into.hls);
  read_deadlines(context, top, into.deadlines);
  read_limits(context, top, into.limits);
  read_snapshots(context, top, into.snapshots);
  read_log(context, top, into.log);
  read_reload(context, top, into.reload);
  read_adhoc(context, top, into.adhoc);
  read_test_only(context, top, into.time_scale);
  top.read("state_dir", into.state_dir);
  top.read("sandbox", into.sandbox,
           section::choices<sandbox_mode>{{"required", sandbox_mode::required},
                                          {"best_effort", sandbox_mode::best_effort}});
  if (overlap(into.hls.directory, into.state_dir))
    top.error("state_dir", "must not be, hold or lie in hls.directory, whose content is deleted");
  read_all_cameras(context, top, into);
  read_users(context, top, into);
  read_views(context, top, into);
  read_compat(top, into);
  read_webhooks(context, top, into);
}

tl::expected<wall, errors> load(std::string_view text, const std::filesystem::path& file,
                                const environment& env) {
  if (auto flaw = find_text_flaw(text))
    return single(file, flaw->at, flaw->message);
  auto root = parse_yaml(text);
  if (!root)
    return single(file, root.error().at, root.error().message);
  std::error_code error;
  auto folder = std::filesystem::absolute(file, error).parent_path();
  if (error)
    return single(file, {}, "the current folder cannot be determined: " + error.message());
  load_context context{file.string(), folder, env, {}, {}, file.filename().string(), {}, false};
  context.files.push_back(folder / file.filename());
  wall out;
  read_top(context, *root, out);
  out.warnings = std::move(context.warnings);
  out.files = std::move(context.files);
  if (context.errors.empty())
    return out;
  finish(context.errors, file.string());
  return tl::unexpected(std::move(context.errors));
}

} // namespace

tl::expected<wall, errors> load_text(std::string_view text, const std::filesystem::path& file,
                                     const environment& env) {
  if (text.size() > config_bytes_max)
    return single(file, {}, "is larger than 1 MiB");
  try {
    return load(text, file, env);
  } catch (const std::exception& error) {
    return single(file, {}, std::string{"cannot be loaded: "} + error.what());
  }
}

tl::expected<wall, errors> load_file(const std::filesystem::path& file, const environment& env) {
  auto content = read_text_file(file, config_bytes_max);
  if (!content)
    return single(file, {}, content.error());
  return load_text(content->text, file, env);
}

} // namespace camwall::config
