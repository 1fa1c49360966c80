#pragma once

#include "config/schema.hpp"

namespace camwall::cli {

/// Sends all logging to stderr, as text for people or as one JSON object a line.
void set_up_log(const config::logging& x);

} // namespace camwall::cli
