#pragma once

#include "config/schema.hpp"

#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <string>

namespace camwall {

/// A configuration and what its cameras are to the tree.
struct wall_plan {
  std::shared_ptr<const config::wall> config;

  /// By id. A camera that has another number than before must be started anew.
  std::map<std::string, std::uint64_t> lives;
};

/// The configuration that the tree goes by. Copies share it; any thread.
class config_in_force {
public:
  // NOLINTNEXTLINE(google-explicit-constructor): the first one.
  config_in_force(std::shared_ptr<const config::wall> first);

  /// Never null.
  std::shared_ptr<const wall_plan> plan() const;

  /// Never null.
  std::shared_ptr<const config::wall> load() const {
    return plan()->config;
  }

  /// Puts a newer one in its place: cameras that have to be restarted get a new life, the others
  /// keep theirs. For one thread at a time.
  void take(std::shared_ptr<const config::wall> newer);

private:
  struct cell {
    std::mutex mutex;
    std::shared_ptr<const wall_plan> value;
    std::uint64_t last_life = 0;
  };

  std::shared_ptr<cell> cell_;
};

} // namespace camwall
