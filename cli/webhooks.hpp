#pragma once

#include "config/schema.hpp"
#include "core/camera_catalogue.hpp"
#include "core/wall_snapshot.hpp"
#include "core/webhook_statistics.hpp"
#include "http/notices/webhook.hpp"

#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

namespace camwall::cli {

/// The webhooks of a server that runs, as its configuration has them.
class webhooks {
public:
  struct parts {
    const snapshot_cell* wall = nullptr;
    std::function<std::shared_ptr<const reload_outcome>()> last_reload;
    std::string version;
    std::string build;
  };

  /// What `parts` leads to outlives us.
  explicit webhooks(parts x);
  ~webhooks();

  webhooks(const webhooks&) = delete;
  webhooks& operator=(const webhooks&) = delete;

  /// These are in force from now on. One that did not change goes on undisturbed, another one
  /// begins anew: it tells of what is wrong now. Not from two threads at a time.
  void take(const config::wall& newer);

  /// Any thread.
  std::vector<webhook_statistics> statistics() const;

  /// Ends all of them. Idempotent.
  void stop();

private:
  struct entry {
    config::webhook what;
    double time_scale = 1;
    std::unique_ptr<http::webhook> is; ///< Null when it could not begin.
  };

  entry begin(const config::webhook& x, double time_scale) const;

  const parts parts_;
  mutable std::mutex mutex_;
  std::vector<entry> entries_; ///< Guarded by mutex_.
};

} // namespace camwall::cli
