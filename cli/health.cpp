// camwall health: for the health check of a container, whose image has no other client.

#include "cli/commands.hpp"
#include "cli/http_probe.hpp"
#include "config/sections.hpp"

#include <chrono>
#include <iostream>

namespace camwall::cli {

namespace {

constexpr std::chrono::seconds answer_deadline{3};

} // namespace

int health(const std::string& listen) {
  auto where = config::parse_listen(listen);
  if (!where || where->port == 0) {
    std::cerr << "not an address and port such as 127.0.0.1:8080\n";
    return exit_bad_config;
  }
  if (http_answers(where->address, where->port, answer_deadline))
    return exit_ok;
  std::cerr << "no server answers at " << listen << '\n';
  return exit_failed;
}

} // namespace camwall::cli
