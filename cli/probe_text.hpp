#pragma once

#include "core/camera_prober.hpp"

#include <string>

namespace camwall::cli {

/// A report for people: a fact a line, and the advice below.
std::string to_text(const probe_report& x);

} // namespace camwall::cli
