#pragma once

#include "cli/serve.hpp"
#include "cli/service_manager.hpp"

#include <string>

namespace camwall::cli {

/// Waits for SIGINT or SIGTERM and returns which; SIGHUP reads the configuration again. Tells the
/// manager's watchdog meanwhile that all is well, as long as it is. `status` is one line for
/// people. These signals must be blocked.
int wait_for_end(running_wall& wall, service_manager& manager, const std::string& status);

} // namespace camwall::cli
