#pragma once

#include "config/schema.hpp"
#include "core/stream_name.hpp"

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace camwall::config {

/// Finds the configured stream that a client means by an RTSP address of its own. Never changed
/// after it was made: any thread.
///
/// Two addresses are equal when they are after normalising (RFC 3986 §6.2): scheme and host without
/// regard to case, port 554 when there is none, `%XX` of an unreserved character the character
/// itself, a slash at the end of the path as none. The login counts: the same user and password,
/// however they are encoded, or none on both sides. A `%` that two hexadecimal digits do not follow
/// stands for itself, as clients write passwords that they never encoded; for the same reason an
/// encoded login is also taken as it stands.
class camera_finder {
public:
  explicit camera_finder(std::span<const camera> cameras);

  /// The first of them in the order of the configuration; empty when there is none, and the answer
  /// does not tell whether the login or the place was wrong. Logins are compared in a time that
  /// does not depend on where they differ.
  std::optional<stream_name> find(std::string_view url) const;

private:
  struct entry {
    std::string place; ///< `host:port/path?query`, normalised.
    std::string login; ///< `user`, NUL, `password`, decoded; empty without one.
    stream_name target;
  };

  void add(const std::string& url, stream_name target);

  std::vector<entry> entries_;
};

} // namespace camwall::config
