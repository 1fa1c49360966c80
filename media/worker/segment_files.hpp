#pragma once

#include "core/unique_fd.hpp"
#include "media/worker/bytes.hpp"
#include "media/worker/status.hpp"

#include <deque>
#include <string>
#include <string_view>

namespace camwall::media {

/// The folder that a worker writes. It is opened once: what is replaced under its name later is not
/// written to.
class output_folder {
public:
  static tl::expected<output_folder, failed> open(const std::string& path);

  /// Writes a small file so that a reader sees the old one or the whole new one.
  status replace(const std::string& name, std::string_view content) const;

  /// Creates `<name>.tmp`.
  tl::expected<unique_fd, failed> create(const std::string& name) const;

  /// Renames `<name>.tmp`.
  status commit(const std::string& name) const;

  /// Reads back by the folder's name, as a client's request does, what was published: the playlist
  /// has to end with the segment, and that has to have `size` bytes (not looked at when 0). Fails
  /// with `resources`: the folder was moved or emptied, or the disk does not keep what it is given.
  status verify(const std::string& playlist, const std::string& segment, std::uint64_t size) const;

  /// A file that is gone already is no error.
  void remove(const std::string& name) const noexcept;

  /// Fails with `resources` when the disk has less than `free_min_mb` or hardly an inode left: a
  /// full disk would harm more than this one stream.
  status check_room(std::uint32_t free_min_mb) const;

  /// Names of the files that are neither playlists nor begin with `run`: what earlier workers left,
  /// oldest first.
  std::deque<std::string> leftovers(const std::string& run) const;

private:
  output_folder(std::string path, unique_fd folder) noexcept
    : path_(std::move(path)), folder_(std::move(folder)) {
    // nop
  }

  std::string path_;
  unique_fd folder_;
};

/// One segment while it grows.
class segment_file {
public:
  explicit segment_file(const output_folder& folder) noexcept : folder_(folder) {
    // nop
  }

  /// The file itself is made when there is something to write.
  void begin(std::string name);

  status append(byte_view what);

  /// Gives the file its name. Nothing is left behind when nothing was appended.
  status commit();

  /// Drops what was written.
  void abandon() noexcept;

  std::uint64_t size() const noexcept {
    return size_;
  }

private:
  status flush();

  const output_folder& folder_;
  std::string name_;
  unique_fd file_;
  bytes buffer_;
  std::uint64_t size_ = 0;
};

} // namespace camwall::media
