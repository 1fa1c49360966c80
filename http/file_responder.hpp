#pragma once

#include "core/unique_fd.hpp"
#include "http/gzip_store.hpp"
#include "http/request.hpp"
#include "http/response.hpp"

#include <cstdint>
#include <filesystem>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>

namespace camwall::http {

/// Media type by the file name's extension; `application/octet-stream` for one that is not known.
std::string_view mime_type(std::string_view name) noexcept;

/// Types that compress well.
bool is_text(std::string_view mime_type) noexcept;

/// Answers with files below one folder, and never with any other: the kernel resolves the path
/// (openat2 with RESOLVE_BENEATH), so that no symbolic link and no `..` leads out. Safe to use from
/// several threads.
class file_responder {
public:
  /// The folder need not exist yet and may be removed and made again while the server runs.
  explicit file_responder(std::filesystem::path root);

  /// `relative` is a decoded path below the root. Serves whole files, one `Range`, `If-None-Match`;
  /// one descriptor is used for size, tag and content, so that a file that is replaced meanwhile
  /// cannot be mixed. 404 when there is no such regular file, 503 when the process is out of
  /// descriptors.
  response serve(const request& x, const std::string& relative,
                 std::string_view cache_control) const;

  /// The same for a text, which goes compressed with gzip to who takes that, whole and with a tag
  /// of its own (RFC 9110 §8.8.3.3). Other types of files are served as ever.
  response serve_packed(const request& x, const std::string& relative,
                        std::string_view cache_control, gzip_store& packed) const;

private:
  /// What is asked for: a regular file with its size and tag, or why it cannot be had.
  struct found {
    unique_fd fd;
    std::uint64_t size = 0;
    std::string etag;
    int error = 0;
  };

  found look(const std::string& relative) const;

  using shared_fd = std::shared_ptr<const unique_fd>;

  shared_fd current() const;
  shared_fd reopen(const shared_fd& old) const;
  unique_fd open(const std::string& relative) const;

  std::filesystem::path root_;
  mutable std::mutex mutex_;
  mutable shared_fd directory_;
};

} // namespace camwall::http
