#pragma once

#include <filesystem>
#include <string>

namespace camwall::cli {

// Exit codes of the program.
inline constexpr int exit_ok = 0;
inline constexpr int exit_failed = 1;
inline constexpr int exit_bad_config = 2;
inline constexpr int exit_differs = 3; ///< Of `check --diff`: something would change.

inline constexpr int exit_interrupted = 130; ///< As shells have it: 128 and SIGINT.

/// Of the program, e.g. `0.1.0`.
std::string version();

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

struct probe_options {
  std::string url;
  std::string transport = "tcp";    ///< `tcp` or `udp`.
  std::string username;             ///< Empty: what the address says.
  bool password_from_stdin = false; ///< Its first line.
  bool as_json = false;
  double deadline_s = 10;
  bool sandbox_required = true;
};

/// Looks at one camera, with a worker of its own and without a server, and tells what it is.
/// `exit_ok`: it gives pictures that a wall shows; `exit_failed`: it does not; `exit_bad_config`:
/// the address or an option is wrong.
int probe(probe_options options);

struct doctor_options {
  std::filesystem::path config; ///< Empty: what does not need one.
  bool as_json = false;
  bool cameras = true; ///< Connect to each of them, too.
};

/// Looks at this machine, the configuration and the cameras, changes nothing, and says what to
/// mend. `exit_ok`: nothing is bad; `exit_failed`: something is; `exit_bad_config`: the
/// configuration is wrong.
int doctor(const doctor_options& options);

/// Asks the server that listens at `listen`, an address and port as in `server.listen`, for a sign
/// of life. `exit_ok`: it answers; `exit_failed`: it does not within 3 s; `exit_bad_config`:
/// `listen` is none. It reads no configuration: a mistake there does not make a server that runs
/// less healthy.
int health(const std::string& listen);

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
