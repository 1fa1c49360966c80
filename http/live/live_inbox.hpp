#pragma once

#include "core/live_media.hpp"
#include "http/websocket/session.hpp"

#include <cstddef>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace camwall::http {

/// The way from the media I/O thread to one loop's thread. What comes while the loop is busy is
/// handed over together, with one `post`.
class live_inbox final : public media_sink {
public:
  struct described {
    std::vector<subscription_id> to;
    feed_description what;
  };
  struct arrived {
    std::vector<subscription_id> to;
    media_chunk_ptr chunk;
  };
  struct refused {
    subscription_id to = 0;
    std::string reason;
  };
  using entry = std::variant<described, arrived, refused>;

  struct batch {
    std::vector<entry> entries; ///< In the order in which they came.
    std::map<subscription_id, std::size_t>
      lost;              ///< Chunks that did not fit; they came after those in `entries`.
    bool broken = false; ///< Memory ran out, and nobody knows what is missing.
  };

  /// `on_ready` runs on the loop's thread whenever there is something to take. `loop` must outlive
  /// the inbox or the call of `close`.
  live_inbox(websocket_loop& loop, std::size_t bytes_max, std::function<void()> on_ready);

  /// The loop ends; what comes from now on is thrown away.
  void close();

  /// On the loop's thread.
  batch take();

  void on_described(std::span<const subscription_id> to,
                    const feed_description& what) noexcept override;
  void on_chunk(std::span<const subscription_id> to,
                const media_chunk_ptr& chunk) noexcept override;
  void on_refused(subscription_id to, std::string_view reason) noexcept override;

private:
  void add(entry x, std::size_t bytes);

  template <class F>
  void guarded(F f) noexcept;

  std::size_t bytes_max_;
  std::function<void()> on_ready_;
  std::mutex mutex_;
  websocket_loop* loop_; // This and what follows is guarded by mutex_.
  batch waiting_;
  std::size_t bytes_ = 0;
  bool posted_ = false;
};

} // namespace camwall::http
