#pragma once

#include "config/reader.hpp"

#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace camwall::config {

/// Each reads one section of the file into its struct. `top` is the whole document.
void read_server(load_context& context, const section& top, server& into);
void read_hls(load_context& context, const section& top, hls& into);
void read_deadlines(load_context& context, const section& top, deadlines& into);
void read_limits(load_context& context, const section& top, limits& into);
void read_snapshots(load_context& context, const section& top, snapshots& into);
void read_log(load_context& context, const section& top, logging& into);
void read_reload(load_context& context, const section& top, reload& into);
void read_test_only(load_context& context, const section& top, double& time_scale);

/// Where an id stands already.
struct taken_id {
  std::string file; ///< As in messages.
  int line = 0;
  std::string path; ///< E.g. `cameras[3]`.
};

/// The cameras of all files, as they are found.
struct camera_list {
  std::vector<camera>& cameras;
  std::uint32_t cameras_max;
  std::map<std::string, taken_id> taken{};
};

/// Fit for `camera::id`, apart from reserved words.
bool is_camera_id(std::string_view text);

void read_defaults(load_context& context, const section& top, camera_defaults& into);

/// Reads `cameras`, a list, of one file.
void read_cameras(load_context& context, const section& top, const camera_defaults& defaults,
                  camera_list& into);

/// Reads one camera, or several with `channels`. `path` is what it is called in messages.
void read_camera(load_context& context, const yaml_node& node, const std::string& path,
                 const camera_defaults& defaults, camera_list& into);

/// Reads `cameras_dir` and the files in it, in the order of their names.
void read_drop_ins(load_context& context, const camera_defaults& defaults,
                   const std::filesystem::path& folder, camera_list& into);

/// Fills `context.env` up with the variables of `.env` and of `secrets_file`.
void read_variables(load_context& context, const section& top);

/// Whether anybody is configured who could log in.
bool has_users(const load_context& context, const section& top);

/// Reads `users`, and the first administrator from the environment; after `cameras`.
void read_users(load_context& context, const section& top, wall& into);

/// Reads `views`; after `cameras`.
void read_views(load_context& context, const section& top, wall& into);

/// Reads `adhoc`.
void read_adhoc(load_context& context, const section& top, adhoc& into);

/// Reads `compat`; after all else, which it is checked against.
void read_compat(const section& top, wall& into);

/// Reads `webhooks`.
void read_webhooks(load_context& context, const section& top, wall& into);

struct endpoint {
  std::string address;
  std::uint16_t port = 0;
};

/// `127.0.0.1:8080`, `[::1]:8080`, `localhost:8080`, or `:8080` for all IPv4 addresses.
std::optional<endpoint> parse_listen(std::string_view text);

} // namespace camwall::config
