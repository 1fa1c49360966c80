#pragma once

#include "cli/adhoc_pool.hpp"
#include "config/schema.hpp"
#include "core/adhoc_status.hpp"
#include "core/wall_snapshot.hpp"
#include "http/compat/compat_context.hpp"

#include <tl/expected.hpp>

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string_view>
#include <thread>

namespace camwall::cli {

/// The cameras whose addresses clients of compatibility listeners name, as `adhoc_pool` decides,
/// from any thread and in real time. To the supervision tree they are cameras on demand like any
/// other, added to those that are configured.
class adhoc_cameras {
public:
  struct parts {
    std::shared_ptr<const config::wall> first; ///< As configured; in force already.

    /// Where the supervision tree shows our cameras. Outlives us and all leases.
    const snapshot_cell* wall = nullptr;

    /// The wall is this one from now on. Never called by two threads at a time; must not block.
    std::function<void(std::shared_ptr<const config::wall>)> take;

    /// A limit was reached; any thread. May be empty.
    std::function<void(std::string_view limit)> on_limit;
  };

  explicit adhoc_cameras(parts x);
  ~adhoc_cameras();

  adhoc_cameras(const adhoc_cameras&) = delete;
  adhoc_cameras& operator=(const adhoc_cameras&) = delete;

  /// See adhoc_pool::configure.
  void take(std::shared_ptr<const config::wall> newer);

  /// See http::compat_services. Any thread; never blocks for long.
  tl::expected<http::adhoc_camera, http::address_refusal> open(std::string_view url,
                                                               http::role who);
  std::optional<http::adhoc_camera> find(std::uint64_t number);

  /// Any thread.
  adhoc_status status() const;

  /// Begins and ends no camera any more. Idempotent.
  void stop();

private:
  /// Outlives us for leases that are given back late.
  struct state;
  class lease;

  static http::adhoc_camera lend(const std::shared_ptr<state>& from, adhoc_pool::share x);
  void run();
  void hand_over();

  parts parts_;
  std::shared_ptr<state> state_;
  std::mutex take_mutex_; ///< Taken before that of the state.
  std::thread thread_;
};

} // namespace camwall::cli
