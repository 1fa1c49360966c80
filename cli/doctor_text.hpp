#pragma once

#include "cli/doctor_checks.hpp"

#include <string>
#include <vector>

namespace camwall::cli {

/// `ok` of no findings.
verdict worst_of(const std::vector<finding>& x) noexcept;

/// A line for each, what to mend below it, and how many of each verdict there are.
std::string findings_as_text(const std::vector<finding>& x);

/// One JSON object on one line: docs/reference/cli.md.
std::string findings_as_json(const std::vector<finding>& x);

} // namespace camwall::cli
