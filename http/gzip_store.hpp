#pragma once

#include <cstddef>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>

namespace camwall::http {

/// Whether an `Accept-Encoding` field takes gzip (RFC 9110 §12.5.3). None or an empty one does not.
bool accepts_gzip(std::string_view field) noexcept;

/// The entity tag of what `tag`, in its quotes, names as it is.
std::string packed_tag(std::string_view tag);

/// As one gzip member (RFC 1952), at the best ratio. Empty when zlib has no memory.
std::string gzip(std::string_view text);

/// Files that were compressed once. Safe to use from several threads.
class gzip_store {
public:
  using body = std::shared_ptr<const std::string>;

  /// A larger file is sent as it is.
  static constexpr std::size_t file_bytes_max = 2UL << 20U;

  /// Of all compressed files; when it is reached all are forgotten and made again as they are asked
  /// for.
  static constexpr std::size_t bytes_max = 8UL << 20U;

  explicit gzip_store(std::size_t bytes = bytes_max) : bytes_max_(bytes) {
    // nop
  }

  /// The file that `fd` has open, compressed; `tag` names this version of it. Null when it is too
  /// large, cannot be read or would not become smaller.
  body get(std::string_view tag, int fd, std::size_t size);

private:
  void keep(std::string_view tag, const body& x);

  const std::size_t bytes_max_;
  std::mutex mutex_;
  std::map<std::string, body, std::less<>> bodies_; ///< Null: not worth it.
  std::size_t bytes_ = 0;
};

} // namespace camwall::http
