#include "cli/commands.hpp"
#include "config/difference.hpp"
#include "config/loader.hpp"

#include <iostream>
#include <optional>

namespace camwall::cli {

namespace {

/// Tells on stderr what is wrong.
std::optional<config::wall> load(const std::filesystem::path& file) {
  auto config = config::load_file(file, config::process_environment());
  if (config)
    return std::move(*config);
  for (const auto& x : config.error())
    std::cerr << to_string(x) << '\n';
  return std::nullopt;
}

} // namespace

int check(const std::filesystem::path& config_file) {
  auto config = load(config_file);
  if (!config)
    return exit_bad_config;
  for (const auto& x : config->warnings)
    std::cerr << "warning: " << x << '\n';
  std::cout << config_file.string() << ": " << config->cameras.size() << " cameras, no errors\n";
  return exit_ok;
}

int check_difference(const std::filesystem::path& config_file,
                     const std::filesystem::path& in_force) {
  auto newer = load(config_file);
  auto older = load(in_force);
  if (!newer || !older)
    return exit_bad_config;
  auto changes = config::compare(*older, *newer);
  for (const auto& line : config::sentences(changes))
    std::cout << line << '\n';
  if (changes.empty())
    std::cout << "nothing would change\n";
  return changes.empty() ? exit_ok : exit_differs;
}

} // namespace camwall::cli
