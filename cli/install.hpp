#pragma once

#include <filesystem>
#include <string>

namespace camwall::cli {

/// Where the program's other parts are: beside it in a build folder, or where a package puts them.
struct install {
  std::filesystem::path programs; ///< Folder of `camwall-worker` and `camwall-camera-sim`.
  std::filesystem::path static_dir;
  std::string version;
  std::string build; ///< Changes with every build of the program.
};

install find_install();

} // namespace camwall::cli
