#include "cli/install.hpp"

#include "cli/commands.hpp"

#include <sys/stat.h>

#include <array>
#include <cstdio>

namespace camwall::cli {

namespace fs = std::filesystem;

namespace {

/// From the size and the time of the program's file: an open page only asks whether it is still the
/// same.
std::string build_of(const fs::path& program) {
  struct stat info {};
  ::stat(program.c_str(), &info);
  std::array<char, 48> text{};
  std::snprintf(text.data(), text.size(), "%llx-%llx",
                static_cast<unsigned long long>(info.st_mtim.tv_sec),
                static_cast<unsigned long long>(info.st_size));
  return text.data();
}

} // namespace

std::string version() {
  return CAMWALL_VERSION;
}

install find_install() {
  std::error_code error;
  auto self = fs::read_symlink("/proc/self/exe", error);
  auto folder = self.parent_path();
  install out{.programs = folder,
              .static_dir = folder / "../share/camwall/static",
              .version = CAMWALL_VERSION,
              .build = build_of(self)};
  if (!fs::exists(folder / "camwall-worker", error))
    out.programs = folder / "../lib/camwall";
  if (!fs::exists(out.static_dir, error))
    out.static_dir = fs::path{CAMWALL_SOURCE_DIR} / "static";
  return out;
}

} // namespace camwall::cli
