#include "cli/commands.hpp"
#include "config/loader.hpp"

#include <iostream>

namespace camwall::cli {

int check(const std::filesystem::path& config_file) {
  auto config = config::load_file(config_file, config::process_environment());
  if (!config) {
    for (const auto& x : config.error())
      std::cerr << to_string(x) << '\n';
    return exit_bad_config;
  }
  for (const auto& x : config->warnings)
    std::cerr << "warning: " << x << '\n';
  std::cout << config_file.string() << ": " << config->cameras.size() << " cameras, no errors\n";
  return exit_ok;
}

} // namespace camwall::cli
