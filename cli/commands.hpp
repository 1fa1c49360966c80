#pragma once

#include <filesystem>
#include <string>

namespace camwall::cli {

// Exit codes of the program.
inline constexpr int exit_ok = 0;
inline constexpr int exit_failed = 1;
inline constexpr int exit_bad_config = 2;
inline constexpr int exit_differs = 3; ///< Of `check --diff`: something would change.

/// Reads a configuration, tells all that is wrong on stderr and does nothing else.
int check(const std::filesystem::path& config_file);

/// Tells on stdout, in sentences, what a server with the configuration `in_force` would do if it
/// were given `config_file`, and does nothing else.
int check_difference(const std::filesystem::path& config_file,
                     const std::filesystem::path& in_force);

/// Runs the wall until SIGINT or SIGTERM. A second signal ends it at once.
int serve(const std::filesystem::path& config_file);

/// Reads a password, from the terminal without showing it or else from standard input, and prints
/// its hash for `password_hash` of a user.
int hash_password();

/// Prints a new token, once, and the line for `tokens` of a user.
int make_token(const std::string& name);

struct demo_options {
  std::string listen = "127.0.0.1:8080";
  std::filesystem::path
    clips; ///< Made by ops/make_clips.sh; empty: `clips` beside the build folder.
  std::filesystem::path
    work; ///< For configuration, state and output; empty: a temporary folder, deleted at the end.
  int camera_port = 8554; ///< RTSP port of the first simulated camera; the others follow.
  int control_port = 0;   ///< Of the simulator's control channel; 0: none.
};

/// Runs sixteen simulated cameras and a wall that shows them, until SIGINT or SIGTERM.
int demo(const demo_options& options);

} // namespace camwall::cli
