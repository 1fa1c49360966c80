#pragma once

#include <cstdint>
#include <filesystem>
#include <string>

namespace camwall::cli {

/// How many descriptors the server may open at most.
struct descriptor_limit {
  /// Of `infinity`; the kernel's own fs.nr_open is what then counts.
  static constexpr std::uint64_t none = UINT64_MAX;

  std::uint64_t hard = none;
  std::string whose; ///< Where it comes from, in words: `LimitNOFILE of camwall.service`.
  bool of_unit = false;
};

/// The limit of the service where systemd runs the machine and has the unit `camwall.service`, with
/// its drop-ins (systemd.unit(5), "UNIT FILE LOAD PATH"); otherwise, and where the unit names none,
/// that of this process. `root` is the folder in which all this is looked for.
descriptor_limit find_descriptor_limit(const std::filesystem::path& root = "/");

} // namespace camwall::cli
