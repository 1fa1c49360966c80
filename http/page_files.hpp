#pragma once

#include "http/file_responder.hpp"

#include <chrono>
#include <filesystem>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>

namespace camwall::http {

/// The wall page with all that it loads. Below `/static/@<edition>/` a file is what it was when the
/// page named it so, and browsers keep it without ever asking again; the edition changes with any
/// file of the folder. Texts go compressed to who takes gzip. Safe to use from several threads.
class page_files {
public:
  using clock = std::function<std::chrono::steady_clock::time_point()>;

  /// How long a change of the folder may go unnoticed: a page's files come in a burst.
  static constexpr std::chrono::seconds looked_after{1};

  /// Files that count for the edition; what lies beyond does not change it.
  static constexpr std::size_t files_max = 4096;

  /// A page is small; a larger one is not served.
  static constexpr std::uint64_t page_bytes_max = 256UL << 10U;

  page_files(std::filesystem::path root, clock now);

  /// `index.html`, its addresses `/static/…` with the present edition. Browsers ask for it each
  /// time. 404 when there is none.
  response page(const request& x) const;

  /// `relative` is what follows `/static/`: a file with or without an edition. One of another
  /// edition than the present is answered with the file as it is now, which browsers do not keep.
  response file(const request& x, std::string_view relative) const;

private:
  struct edition {
    std::string name;
    std::string page;   ///< Empty when there is no page.
    std::string packed; ///< The same, compressed.
    std::chrono::steady_clock::time_point looked;
  };

  std::shared_ptr<const edition> present() const;
  std::string read_page(const std::string& name) const;

  std::filesystem::path root_;
  clock now_;
  file_responder files_;
  mutable gzip_store packed_;
  mutable std::mutex mutex_;
  mutable std::shared_ptr<const edition> present_;
};

} // namespace camwall::http
