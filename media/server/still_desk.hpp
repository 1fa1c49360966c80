#pragma once

#include "media/server/event_loop.hpp"
#include "media/server/live_hub.hpp"
#include "media/worker_protocol.hpp"

#include <tl/expected.hpp>

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <utility>

namespace camwall::media {

/// A JPEG that a worker made.
struct still_picture {
  std::string jpeg;
  int width = 0;
  int height = 0;
  std::uint64_t capture_us = 0; ///< Since the Unix epoch.
};

/// The error is one sentence for people.
using still_result = tl::expected<still_picture, std::string>;

/// Orders single pictures of workers, and takes them. Only for the media I/O thread.
class still_desk {
public:
  using stream_name = std::pair<std::string, std::string>; ///< Camera, `main` or `sub`.

  /// What comes of one worker's mistakes must not fill the memory.
  static constexpr std::size_t still_bytes_max = 8UL * 1024 * 1024;

  /// Of one stream, those that are with its worker and those that wait for one.
  static constexpr std::size_t orders_per_stream_max = stills_per_worker_max;

  struct wish {
    std::uint16_t width = 0; ///< As `still_order` has them.
    std::uint16_t height = 0;
    std::uint16_t quality = 0;
  };

  explicit still_desk(live_hub::thread where) : thread_(std::move(where)) {
    // nop
  }

  /// `done` is called once: with the picture, or why there is none, `deadline` from now at the
  /// latest; from within this call only when too many are ordered. Without a worker the order waits
  /// for one.
  void order(const stream_name& stream, wish what, std::chrono::milliseconds deadline,
             std::function<void(still_result)> done);

  /// Who wants to know that a stream has a worker, or has none any more. Is told at once of those
  /// that run.
  void on_worker(std::function<void(const stream_name&, bool runs)> told);

  /// The worker of this stream runs: it takes the place of the one before.
  void attach(const std::string& camera, const std::string& stream, live_source& x);

  /// Nothing comes of it any more. What it was ordered the next one is ordered.
  void detach(const live_source& x);

  /// Takes what a worker sent. Returns what is wrong with it; empty when it is fine.
  std::string take(const live_source& from, arrived_media x);
  std::string refuse(const live_source& from, const feed_refused& x);

private:
  struct worker {
    live_source* source = nullptr;
    std::uint32_t lowest = 0;  ///< Orders of others before it.
    std::uint32_t highest = 0; ///< Beyond it nothing was ordered.
  };

  struct pending {
    stream_name stream;
    wish what;
    std::function<void(still_result)> done;
    event_loop::timer_id timer = 0;
    std::optional<feed_description> description;
  };

  using pending_at = std::map<std::uint32_t, pending>::iterator;

  std::string find(const live_source& from, std::uint32_t id, pending_at& at);
  void send(worker& to, std::uint32_t id, const wish& what);
  void finish(pending_at at, still_result result);

  live_hub::thread thread_;
  std::function<void(const stream_name&, bool)> told_;
  std::uint32_t last_id_ = still_id_min;
  std::map<std::uint32_t, pending> pending_;
  std::map<stream_name, worker> workers_;
};

} // namespace camwall::media
