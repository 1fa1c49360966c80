#pragma once

#include "core/rfc3339.hpp"
#include "core/snapshot_source.hpp"

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <filesystem>
#include <functional>
#include <map>
#include <mutex>
#include <span>
#include <string>
#include <string_view>
#include <thread>

namespace camwall::media {

/// The last picture of each camera, for the time when it gives none: in memory, and as
/// `<folder>/<camera>.jpg`, a JPEG whose comment says when it was taken. Files are written
/// atomically by a thread of its own. Any thread.
class last_pictures {
public:
  using clock = std::chrono::steady_clock;

  /// Of one camera, unless it goes down.
  static constexpr std::chrono::seconds write_interval{60};

  static constexpr std::size_t picture_bytes_max = 512UL * 1024; ///< Larger ones are not kept.
  static constexpr std::size_t cameras_max = 1024;

  /// Reads what is there; files of other cameras than `known` are deleted, and so are damaged ones.
  last_pictures(std::filesystem::path folder, std::span<const std::string> known);

  /// Writes what is not written yet.
  ~last_pictures();

  last_pictures(const last_pictures&) = delete;
  last_pictures& operator=(const last_pictures&) = delete;

  /// Null when there is none.
  snapshot_ptr find(std::string_view camera) const;

  /// Takes the place of the one before. Never blocks.
  void store(const std::string& camera, const snapshot& picture);

  /// The camera is down: what is not on the disk yet is written at once.
  void camera_is_down(const std::string& camera);

  /// Forgets the cameras that `is_known` denies, in memory and on the disk.
  void keep_only(const std::function<bool(std::string_view camera)>& is_known);

  std::size_t size() const;

private:
  struct entry {
    snapshot_ptr picture; ///< Null: its file is to be deleted.
    bool written = true;
    bool urgent = false;
    clock::time_point due; ///< Not written before it, unless it is urgent.
  };

  void load(std::span<const std::string> known);
  void write_loop();
  clock::time_point write_due(std::unique_lock<std::mutex>& lock);
  bool write(const std::string& camera, const snapshot_ptr& picture) const;

  std::filesystem::path folder_;
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::map<std::string, entry, std::less<>> entries_; // Guarded by mutex_.
  bool quit_ = false;                                 // Guarded by mutex_.
  bool warned_ = false;                               // The writer's own.
  std::thread writer_;
};

/// A JPEG with a comment (ITU-T T.81 §B.2.4.5) that says when it was taken and how large it is.
std::string with_comment(const snapshot& x);

/// Reads it again; null when there is no such comment, or the picture is not whole.
snapshot_ptr read_commented(std::string jpeg);

} // namespace camwall::media
