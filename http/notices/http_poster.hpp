#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace camwall::http {

/// Sends bodies to one address by HTTP POST. Follows no redirect, speaks nothing but http and
/// https, and verifies TLS. For one thread.
class http_poster {
public:
  struct options {
    std::string url;     ///< A secret: receivers put tokens into it.
    std::string ca_file; ///< Certificates to trust in place of the system's; empty: the system's.
    std::chrono::milliseconds connect_deadline{5000};
    std::chrono::milliseconds deadline{10'000}; ///< Of a whole request.
  };

  enum class outcome : std::uint8_t {
    sent,     ///< 2xx.
    failed,   ///< May go well another time.
    rejected, ///< Will not: 3xx, or 4xx other than 408, 425 and 429.
  };

  struct result {
    outcome what = outcome::failed;
    std::string why; ///< Half a sentence without the address; empty when it was sent.
  };

  explicit http_poster(options x);
  ~http_poster();

  http_poster(const http_poster&) = delete;
  http_poster& operator=(const http_poster&) = delete;

  /// Blocks for the deadline at most; `stop` ends it early. `headers` are whole lines.
  result post(const std::string& body, const std::vector<std::string>& headers,
              const std::atomic<bool>& stop);

private:
  struct handle;
  options options_;
  std::unique_ptr<handle> handle_;
};

} // namespace camwall::http
