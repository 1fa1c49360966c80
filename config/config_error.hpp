#pragma once

#include <string>
#include <vector>

namespace camwall::config {

/// A place in a text; both count from 1. The column counts characters, not bytes. Line 0 means "the
/// file as a whole".
struct position {
  int line = 0;
  int column = 0;

  friend bool operator==(const position&, const position&) = default;
};

/// One thing that is wrong with a configuration. Holds no secret: neither an address nor a password
/// is ever quoted.
struct config_error {
  std::string file; ///< As the caller named it.
  int line = 0;     ///< From 1; 0 when the file as a whole is meant.
  int column = 0;
  std::string path; ///< E.g. `cameras[3].transport`; empty when no key is meant.
  std::string message;

  friend bool operator==(const config_error&, const config_error&) = default;
};

/// Renders e.g. `wall.yaml:14:9: cameras[3].transport: "tpc" is not one of tcp, udp`.
std::string to_string(const config_error& x);

/// Sorts by place, those of `first_file` before those of others, and, when there are more than
/// `errors_max`, replaces the surplus by one line that counts it.
void finish(std::vector<config_error>& errors, const std::string& first_file);

/// What is told at once: a file that is no configuration at all must not fill the log.
inline constexpr std::size_t errors_max = 200;

} // namespace camwall::config
