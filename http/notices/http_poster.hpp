#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace camwall::http {

/// Sends bodies to one address by HTTP POST. Follows no redirect, speaks nothing but http and
/// https, and verifies TLS. For one thread, apart from `finish_by`.
class http_poster {
public:
  using clock = std::chrono::steady_clock;

  struct options {
    std::string url;     ///< A secret: receivers put tokens into it.
    std::string ca_file; ///< Certificates to trust in place of the system's; empty: the system's.
    std::chrono::milliseconds connect_deadline{5000};
    std::chrono::milliseconds deadline{10'000}; ///< Of a whole request.
  };

  enum class outcome : std::uint8_t {
    sent,     ///< 2xx.
    failed,   ///< May go well another time.
    rejected, ///< Not as it is: 3xx, or 4xx other than 408, 425 and 429.
  };

  struct result {
    outcome what = outcome::failed;
    std::string why;                     ///< Half a sentence without the address; empty when sent.
    std::chrono::seconds retry_after{0}; ///< RFC 9110 §10.2.3; 0 when nothing was said.
  };

  /// Throws std::runtime_error when libcurl cannot be used.
  explicit http_poster(options x);
  ~http_poster();

  http_poster(const http_poster&) = delete;
  http_poster& operator=(const http_poster&) = delete;

  /// Blocks for the deadline at most. `headers` are whole lines.
  result post(const std::string& body, const std::vector<std::string>& headers);

  /// The request that runs is over by then, and so is each that comes later. Any thread.
  void finish_by(clock::time_point end) noexcept;

private:
  struct handles;
  options options_;
  std::unique_ptr<handles> handles_;
  std::atomic<clock::time_point> end_{clock::time_point::max()};
};

} // namespace camwall::http
