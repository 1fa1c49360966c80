#pragma once

#include "core/live_media.hpp"

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace camwall::http {

/// Why a viewer did not get a chunk: a label of `camwall_ws_dropped_frames_total`.
enum class drop_reason : std::uint8_t {
  join,   ///< Came before the first keyframe: nothing to see was lost.
  behind, ///< More waited for this viewer than its queue may hold.
  late,   ///< Had waited too long.
  loop,   ///< The thread that serves the viewer did not keep up.
};

inline constexpr std::array all_drop_reasons{drop_reason::join, drop_reason::behind,
                                             drop_reason::late, drop_reason::loop};

constexpr std::string_view to_string(drop_reason x) noexcept {
  switch (x) {
    case drop_reason::join:
      return "join";
    case drop_reason::behind:
      return "behind";
    case drop_reason::late:
      return "late";
    case drop_reason::loop:
      return "loop";
  }
  return "unknown";
}

/// What goes to the viewer next: a chunk, or a text that has its place between chunks.
struct delivery {
  std::uint16_t channel = 0;
  media_chunk_ptr chunk; ///< Null: `text` it is.
  std::string text;
  bool dropped_before = false; ///< Chunks of this channel before this one were dropped.
  bool discontinuity = false;  ///< Of the chunk, or of one that was dropped before it.
};

/// What waits for one viewer, over all its channels, in the order in which it came. Bounded: when
/// it is full, the channel with most to give loses whole GOPs, so that no chunk is ever delivered
/// whose references were dropped. Sound goes with its pictures. Texts and init chunks are never
/// dropped, but those that newer ones made pointless are.
class viewer_queue {
public:
  using time_point = std::chrono::steady_clock::time_point;

  /// Gets told of each loss.
  using drop_listener =
    std::function<void(std::uint16_t channel, drop_reason why, std::size_t chunks)>;

  viewer_queue(std::size_t bytes_max, std::chrono::milliseconds waiting_max, drop_listener on_drop)
    : bytes_max_(bytes_max), waiting_max_(waiting_max), on_drop_(std::move(on_drop)) {
    // nop
  }

  /// Begins a channel anew: what of it still waits is forgotten.
  void open(std::uint16_t channel);

  /// Forgets the channel and what of it still waits. Nothing of that counts as dropped.
  void close(std::uint16_t channel);

  /// The text that comes before the chunks which it describes; an older one that still waits, and
  /// the chunks behind it, are of no use any more.
  void push_description(std::uint16_t channel, std::string text, time_point now);

  void push(std::uint16_t channel, media_chunk_ptr chunk, time_point now);

  /// `chunks` of them were lost elsewhere: goes on at a keyframe.
  void lose(std::uint16_t channel, drop_reason why, std::size_t chunks);

  std::optional<delivery> pop();

  bool empty() const noexcept {
    return items_.empty();
  }

  /// Of the payloads that wait.
  std::size_t bytes() const noexcept {
    return bytes_;
  }

private:
  struct item {
    delivery what;
    time_point since;
  };

  struct channel_state {
    bool waiting = true;                 // Takes nothing until a keyframe comes.
    drop_reason why = drop_reason::join; // Why it waits.
    bool started = false;       // A chunk was accepted already: what is lost now leaves a gap.
    bool dropped = false;       // For the next chunk that is accepted.
    bool discontinuity = false; // Likewise.
  };

  void append(std::uint16_t channel, channel_state& state, media_chunk_ptr chunk, time_point now);
  void push_init(std::uint16_t channel, channel_state& state, media_chunk_ptr chunk,
                 time_point now);
  bool shrink();
  void drop_late(time_point now);
  void trim(std::uint16_t channel, std::size_t end, drop_reason why);
  std::size_t newest_keyframe(std::uint16_t channel) const noexcept;

  std::size_t bytes_max_;
  std::chrono::milliseconds waiting_max_;
  drop_listener on_drop_;
  std::deque<item> items_;
  std::map<std::uint16_t, channel_state> channels_;
  std::size_t bytes_ = 0;
};

} // namespace camwall::http
