#pragma once

#include "config/loader.hpp"
#include "tests/support/temporary_folder.hpp"

#include <gtest/gtest.h>

#include <filesystem>
#include <map>
#include <ostream>
#include <string>
#include <string_view>

namespace camwall::config {

using test::temporary_folder;

/// An environment that holds exactly `variables`.
environment fixed_environment(std::map<std::string, std::string> variables);

/// Loads `text` as `wall.yaml` and renders its errors, one a line; `good\n` when there are none.
std::string errors_of(std::string_view text);

/// One configuration and what the loader must say of it.
struct bad_case {
  std::string name; ///< Letters, digits and underscores.
  std::string text;
  std::string errors; ///< One a line, each with its line break.

  friend std::ostream& operator<<(std::ostream& out, const bad_case& x) {
    return out << x.name;
  }
};

std::string case_name(const testing::TestParamInfo<bad_case>& info);

/// The text of a file of the repository.
std::string repository_file(const std::string& path);

/// Loads text that must be good; fails the test and gives an empty wall when it is not.
wall load_good(std::string_view text, const environment& env = fixed_environment({}),
               const std::filesystem::path& file = "/etc/camwall/wall.yaml");

} // namespace camwall::config
