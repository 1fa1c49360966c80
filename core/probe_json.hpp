#pragma once

#include "core/camera_prober.hpp"

#include <string>

namespace camwall {

/// Renders a report as the REST API and `camwall probe --json` show it (docs/reference/cli.md): one
/// JSON object; what was not found out is null.
std::string to_json(const probe_report& x);

} // namespace camwall
