#pragma once

#include <tl/expected.hpp>

#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <shared_mutex>
#include <span>
#include <string>
#include <string_view>

namespace camwall::http {

/// How clients of earlier viewers name one camera.
struct compat_id {
  std::uint32_t number = 0; ///< From 1.
  std::string uuid;         ///< RFC 9562, in lower case.
  std::string created;      ///< When it was given: RFC 3339.

  friend bool operator==(const compat_id&, const compat_id&) = default;
};

/// The numbers and UUIDs of the cameras, which stay the same over all restarts and are never given
/// to another camera, also when theirs has left the configuration. None is ever taken away, so what
/// is returned lives as long as this. Any thread.
class compat_ids {
public:
  static constexpr std::size_t cameras_max = 16'384; ///< Past ones included.
  static constexpr std::size_t file_bytes_max = 8UL * 1024 * 1024;

  struct loaded;

  /// Reads `file` and gives new ids to those of `cameras` that have none, in their order; written
  /// atomically before it returns. A file that cannot be understood is set aside as `<file>.bad`,
  /// and numbers begin at the unix time in seconds, so that one that a client remembers means no
  /// camera rather than another one. The error is one sentence: the file cannot be read or written.
  static tl::expected<loaded, std::string> load(const std::filesystem::path& file,
                                                std::span<const std::string> cameras);

  /// Gives ids to those of `cameras` that have none, and writes the file before anybody sees them.
  /// Empty, or one sentence: why that cannot be; they have no ids then. For one thread at a time.
  std::string extend(const std::filesystem::path& file, std::span<const std::string> cameras);

  /// Null when the camera is not known.
  const compat_id* find(std::string_view camera) const;

  /// The camera that has this number; empty when there is none.
  std::string_view camera_of(std::uint32_t number) const;

  /// The same for a UUID, whatever the case of its digits.
  std::string_view camera_of(std::string_view uuid) const;

private:
  bool read(const std::string& text);
  bool complete(std::span<const std::string> cameras);
  std::string to_text() const;

  std::unique_ptr<std::shared_mutex> mutex_ = std::make_unique<std::shared_mutex>();
  // Guarded by mutex_ once others know of this object; only ever added to.
  std::map<std::string, compat_id, std::less<>> ids_; // By camera.
  std::map<std::uint32_t, std::string> numbers_;
  std::map<std::string, std::string, std::less<>> uuids_;
  std::uint32_t next_ = 1;
};

struct compat_ids::loaded {
  compat_ids ids;
  std::string warning; ///< One line for the log; empty when all is well.
};

} // namespace camwall::http
