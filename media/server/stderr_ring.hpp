#pragma once

#include <cstddef>
#include <deque>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace camwall::media {

/// Keeps the last lines that a worker wrote to its stderr, secrets removed before they are stored.
///
/// Bounded in lines and in bytes per line: a worker that floods loses its older lines, nothing
/// else.
class stderr_ring {
public:
  static constexpr std::size_t line_bytes_max = 512;

  /// `secret` is the camera's password as it is written in its address; empty when there is none.
  stderr_ring(std::size_t lines_max, std::string secret);

  /// Takes what was read; calls `line` for each line that became complete.
  void feed(std::string_view bytes, const std::function<void(std::string_view)>& line);

  /// The last complete line, or the unfinished one when it is all there is; empty when nothing was
  /// written.
  std::string last() const;

  /// The newest complete lines, oldest first.
  std::vector<std::string> last_lines(std::size_t count_max) const;

  const std::deque<std::string>& lines() const noexcept {
    return lines_;
  }

private:
  std::string clean(std::string_view text) const;

  std::size_t lines_max_;
  std::string secret_;
  std::deque<std::string> lines_;
  std::string unfinished_;
};

/// The password in the user information of `url`, percent-decoded; empty when there is none.
std::string password_of(std::string_view url);

} // namespace camwall::media
