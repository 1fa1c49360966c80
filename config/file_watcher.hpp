#pragma once

#include "core/unique_fd.hpp"

#include <cstdint>
#include <filesystem>
#include <map>
#include <set>
#include <string>
#include <tuple>
#include <vector>

namespace camwall::config {

/// Tells when one of some files may have changed, with inotify(7).
///
/// Folders are watched, not files: editors write a new file and rename it. A file that is reached
/// over symbolic links counts as changed when one of them does: Kubernetes swaps a link (`..data`)
/// above all files of a volume. Where inotify cannot watch a place (its limits are reached, a
/// folder is missing), `polls` is true, and `look` compares what stat(2) tells.
///
/// For one thread; nothing here waits.
class file_watcher {
public:
  explicit file_watcher(bool use_inotify = true);

  /// What to watch from now on: files, which need not exist, and folders, in which everything that
  /// ends with `.yaml` counts. Finds links that lead elsewhere than before, so call it after each
  /// change. Returns true when a place is watched that was not before: what happened there until
  /// now is not known.
  bool watch(const std::vector<std::filesystem::path>& files,
             const std::vector<std::filesystem::path>& folders);

  /// Readable when something happened; -1 when only `look` can tell.
  int fd() const noexcept {
    return inotify_.get();
  }

  /// Reads what happened; true when one of the files may have changed.
  bool take_events();

  /// Some place cannot be watched, and `look` must be called now and then.
  bool polls() const noexcept {
    return polls_;
  }

  /// Compares all files with what they were at the last call; true when one has changed.
  bool look();

private:
  /// What counts in a folder.
  struct interest {
    std::set<std::string> names;
    bool all_yaml = false;
  };

  using interests = std::map<std::filesystem::path, interest>;

  /// Identity, size and time of last change of what a path leads to; zeros when it is absent.
  using stamp = std::tuple<std::uint64_t, std::uint64_t, std::int64_t, std::int64_t>;

  static std::filesystem::path follow(const std::filesystem::path& file, interests& into);
  static stamp stamp_of(const std::filesystem::path& file);
  bool counts(int watch, std::uint32_t mask, const std::string& name);

  unique_fd inotify_;
  std::map<int, interest> watches_;
  std::vector<std::filesystem::path> files_;
  std::vector<std::filesystem::path> folders_;
  std::map<std::filesystem::path, stamp> stamps_;
  bool polls_ = false;
};

} // namespace camwall::config
