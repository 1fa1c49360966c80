#pragma once

#include "core/unique_fd.hpp"
#include "http/request.hpp"
#include "http/response.hpp"

#include <filesystem>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>

namespace camwall::http {

/// Media type by the file name's extension; `application/octet-stream` for one that is not known.
std::string_view mime_type(std::string_view name) noexcept;

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

private:
  using shared_fd = std::shared_ptr<const unique_fd>;

  shared_fd current() const;
  shared_fd reopen(const shared_fd& old) const;
  unique_fd open(const std::string& relative) const;

  std::filesystem::path root_;
  mutable std::mutex mutex_;
  mutable shared_fd directory_;
};

} // namespace camwall::http
