#pragma once

#include <filesystem>
#include <set>
#include <string>

namespace camwall::media {

/// The folder `hls_out/<camera>/<stream>/…`. Only files whose names camwall itself gives are ever
/// deleted: somebody may have pointed `hls.directory` at a folder that holds other things.
class output_folder {
public:
  explicit output_folder(std::filesystem::path root);

  /// Makes the root. The error is one sentence; empty when all is well.
  std::string prepare();

  /// Deletes what an earlier run left behind for cameras that are not in `known_cameras`. Returns
  /// the number of files.
  std::size_t remove_orphans(const std::set<std::string>& known_cameras);

  /// Deletes what is left of the camera's streams, but for those in `kept`: none of the others may
  /// have a worker. Returns the number of files.
  std::size_t remove_streams(const std::string& camera, const std::set<std::string>& kept);

  /// Deletes everything of ours: at the end of the program.
  std::size_t wipe();

private:
  std::size_t clean_camera(const std::filesystem::path& camera, const std::set<std::string>& kept);

  std::filesystem::path root_;
};

/// True for the names of segments, init segments, playlists and their temporary files.
bool is_output_name(std::string_view name) noexcept;

} // namespace camwall::media
