#pragma once

#include "http/file_responder.hpp"
#include "http/router.hpp"
#include "http/wall_services.hpp"

#include <chrono>
#include <functional>
#include <mutex>
#include <string>
#include <unordered_map>

namespace camwall::http {

enum class hls_file : std::uint8_t { none, playlist, segment };

/// What a file name below `/hls/<camera>/<stream>/` is. `none` for every name that the worker does
/// not give to a finished file, such as one that it is still writing.
hls_file classify_hls_file(std::string_view name) noexcept;

/// Playlists and segments of the cameras. A playlist is served only while its stream delivers: a
/// player that gets the last playlist of a dead camera would show old pictures as live.
class hls_routes {
public:
  using time_point = std::chrono::steady_clock::time_point;
  using clock = std::function<time_point()>;

  hls_routes(const wall_services& services, clock now);

  /// `/hls/:camera/index.m3u8`: to the playlist of the grid stream.
  response redirect(const request& x, const path_parameters& parameters);

  /// `/hls/:camera/:stream/:file`.
  response file(const request& x, const path_parameters& parameters);

private:
  bool delivers(const stream_snapshot& stream) const;
  void demand(std::string_view camera, std::string_view stream);

  const wall_services& services_;
  clock now_;
  file_responder files_;
  std::mutex mutex_;
  std::unordered_map<std::string, time_point> demanded_; // Streams by `<camera>/<stream>`.
};

} // namespace camwall::http
