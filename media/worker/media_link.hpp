#pragma once

#include "core/live_media.hpp"
#include "core/unique_fd.hpp"
#include "media/media_message.hpp"
#include "media/worker/bytes.hpp"
#include "media/worker_protocol.hpp"

#include <chrono>
#include <mutex>
#include <span>
#include <vector>

namespace camwall::media {

/// What goes to the server in one piece.
struct outgoing_chunk {
  chunk_kind kind = chunk_kind::video;
  bool keyframe = false; ///< Decoding can begin here; of every `jpeg`, too.
  bool discontinuity = false;
  bool sound = false; ///< An `init` of the sound's track.
  std::uint64_t capture_us = 0;
  byte_view payload;
};

/// The worker's end of the media channel. Safe to use from several threads.
///
/// When the channel is full, chunks are left out and counted, pictures from then on up to the next
/// keyframe; the next chunk that passes says how many were.
class media_link {
public:
  /// How long a sender may wait for room, in all, in any second: enough for a server that is busy
  /// for a moment, and nothing that the copying of the stream would notice.
  static constexpr std::chrono::milliseconds patience_per_second{20};

  explicit media_link(unique_fd socket) noexcept : socket_(std::move(socket)) {
    // nop
  }

  /// What is sent of other feeds from now on is dropped, uncounted. A feed that was not there
  /// before has to begin with a keyframe.
  void keep_only(std::span<const watched_feed> feeds);

  /// Says what the chunks that follow are. False: it did not pass; to be tried again before any
  /// chunk is sent.
  bool describe(std::uint32_t feed, const feed_description& what);

  /// False: it did not pass. An `init` has to be tried again then before what needs it.
  bool send(std::uint32_t feed, const outgoing_chunk& x);

  /// A picture that was ordered by itself, with what it is; always a keyframe. False: it did not
  /// pass.
  bool send_still(std::uint32_t id, const feed_description& what, const outgoing_chunk& x);

private:
  struct state {
    std::uint32_t feed = 0;
    std::uint32_t dropped = 0; ///< Since the last that passed.
    bool waits = true;         ///< For a keyframe.
  };

  state* find(std::uint32_t feed) noexcept;
  bool put(media_header header, byte_view payload);
  bool put_part(const media_header& header, byte_view part);
  bool wait_for_room();

  std::mutex mutex_;
  unique_fd socket_;
  std::vector<state> feeds_;
  std::chrono::nanoseconds patience_ = patience_per_second;
  std::chrono::steady_clock::time_point patience_at_;
};

} // namespace camwall::media
