#pragma once

#include "core/snapshot_source.hpp"

#include <chrono>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace camwall::media {

/// Pictures with equal keys are the same picture.
struct snapshot_key {
  std::string camera;
  std::string stream;
  std::uint16_t width = 0;
  std::uint16_t height = 0;
  std::uint16_t quality = 0;

  friend auto operator<=>(const snapshot_key&, const snapshot_key&) = default;
};

/// The pictures that were made lately, bounded by bytes: the one that was made first goes first.
/// Not synchronised.
class snapshot_cache {
public:
  using time_point = std::chrono::steady_clock::time_point;

  /// Nothing is kept longer, however old a picture somebody would take.
  static constexpr std::chrono::seconds keep_max{60};

  explicit snapshot_cache(std::size_t bytes_max) : bytes_max_(bytes_max) {
    // nop
  }

  /// Null unless there is one that was made within `max_age`.
  snapshot_ptr find(const snapshot_key& key, std::chrono::milliseconds max_age,
                    time_point now) const;

  void store(const snapshot_key& key, snapshot_ptr picture, time_point now);

  /// Forgets a camera's pictures; of one stream, or of all when `stream` is empty; those of all
  /// cameras when both are.
  void forget(std::string_view camera, std::string_view stream = {});

  /// Forgets what is older than `keep_max`.
  void expire(time_point now);

  std::size_t size() const noexcept {
    return entries_.size();
  }
  std::size_t bytes() const noexcept {
    return bytes_;
  }
  std::size_t bytes_max() const noexcept {
    return bytes_max_;
  }

  /// Sorted, each once.
  std::vector<std::string> cameras() const;

private:
  struct entry {
    snapshot_ptr picture;
    time_point made;
  };

  template <class Predicate>
  void erase_if(Predicate matches);

  std::size_t bytes_max_;
  std::size_t bytes_ = 0;
  std::map<snapshot_key, entry> entries_;
};

} // namespace camwall::media
