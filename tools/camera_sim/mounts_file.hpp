#pragma once

#include "tools/camera_sim/camera.hpp"

#include <tl/expected.hpp>

#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace camwall::camera_sim {

/// Reads clips once, however many cameras play them.
class clip_store {
public:
  /// `folder`: where `named` looks.
  explicit clip_store(std::filesystem::path folder) : folder_(std::move(folder)) {
    // nop
  }

  tl::expected<std::shared_ptr<const clip>, std::string> get(const std::filesystem::path& file);

  /// The clip of that name in the folder, without its extension. The error is a sentence.
  tl::expected<std::shared_ptr<const clip>, std::string> named(const std::string& name);

private:
  const std::filesystem::path folder_;
  std::map<std::filesystem::path, std::shared_ptr<const clip>> clips_;
};

/// Reads the cameras of a mounts file (docs/reference/camera_sim.md). Relative clips are looked up
/// in `clips_folder`, or beside the file when that is empty. The error is a sentence that says
/// which camera and key are wrong.
tl::expected<std::vector<camera_options>, std::string> read_mounts_file(
  const std::filesystem::path& file, const std::filesystem::path& clips_folder, clip_store& clips);

} // namespace camwall::camera_sim
