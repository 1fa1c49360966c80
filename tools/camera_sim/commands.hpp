#pragma once

#include <nlohmann/json.hpp>

#include <string>

namespace camwall::camera_sim {

class simulator;

/// Does one command of the control channel (docs/reference/camera_sim.md) and gives its answer:
/// an object with "ok": true, or with "error" and a sentence. A fault is one function and one row
/// of the table in fault_commands.cpp.
nlohmann::json run_command(simulator& on, const std::string& line);

} // namespace camwall::camera_sim
