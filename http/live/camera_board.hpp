#pragma once

#include "core/wall_snapshot.hpp"

#include <cstdint>
#include <map>
#include <memory>
#include <string>

namespace camwall::http {

/// Whether a viewer has to be told: anything that the API shows of a camera has changed, except
/// what changes all the time. Of rates, sizes of GOPs and times of the last access unit and segment
/// only that they became known, or unknown, counts.
bool differs(const camera_snapshot& a, const camera_snapshot& b);

/// The cameras as the viewers of one loop are told of them, each with the number of its last
/// change. Rendered once for all viewers.
class camera_board {
public:
  struct entry {
    std::string id;
    std::string message; ///< The whole `camera` message.
  };

  using entries = std::map<std::uint64_t, entry>;

  /// Looks at a newer snapshot; true when anything changed.
  bool update(const wall_snapshot_ptr& now);

  /// Number of the last change; a viewer that has seen as much is up to date.
  std::uint64_t version() const noexcept {
    return version_;
  }

  /// Number of the last change in which a camera went away.
  std::uint64_t removal() const noexcept {
    return removal_;
  }

  /// By number of the change, oldest first.
  const entries& all() const noexcept {
    return entries_;
  }

  /// Null before the first update.
  const wall_snapshot_ptr& wall() const noexcept {
    return wall_;
  }

  bool contains(const std::string& id) const {
    return versions_.contains(id);
  }

private:
  void put(const camera_snapshot& x);

  wall_snapshot_ptr wall_;
  entries entries_;
  std::map<std::string, std::uint64_t, std::less<>> versions_; // By id.
  std::uint64_t version_ = 0;
  std::uint64_t removal_ = 0;
};

} // namespace camwall::http
