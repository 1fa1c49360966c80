#pragma once

#include <compare>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>

namespace camwall {

/// What a viewer over WebSocket may get of a stream.
enum class media_format : std::uint8_t {
  fmp4,   ///< The camera's own coding in CMAF chunks, one per access unit; sound in chunks of its
          ///< own.
  mpegts, ///< The camera's own coding, with its sound, in MPEG-TS.
  jpeg,   ///< One JPEG a message.
  mpeg1,  ///< MPEG-1 video in MPEG-TS, as JSMpeg plays it. No sound.
};

constexpr std::string_view to_string(media_format x) noexcept {
  switch (x) {
    case media_format::fmp4:
      return "fmp4";
    case media_format::mpegts:
      return "mpegts";
    case media_format::jpeg:
      return "jpeg";
    case media_format::mpeg1:
      return "mpeg1";
  }
  return "unknown";
}

/// One thing that can be watched. Viewers with equal keys share what is made for them.
struct feed_key {
  std::string camera;
  std::string stream; ///< `main` or `sub`.
  media_format format = media_format::fmp4;
  // Of `jpeg` and `mpeg1`; 0 leaves it to the stream or the server.
  std::uint16_t width = 0; ///< Pixels; the height follows from the aspect.
  std::uint16_t height =
    0;                   ///< Pixels; given together with `width`, the picture is stretched to both.
  std::uint16_t fps = 0; ///< At most so many pictures a second.
  std::uint16_t quality = 0; ///< 1 (worst) to 100.

  friend auto operator<=>(const feed_key&, const feed_key&) = default;
};

enum class chunk_kind : std::uint8_t {
  init = 0,  ///< `fmp4` only: the init segment that the following chunks need.
  video = 1, ///< A picture; of `mpegts` and `mpeg1`: a run of TS packets.
  audio = 2, ///< `fmp4` only.
  jpeg = 3,
};

/// What one WebSocket message carries. Made once, shared by all viewers, never changed.
struct media_chunk {
  chunk_kind kind = chunk_kind::video;
  bool keyframe = false;      ///< Decoding can begin here.
  bool discontinuity = false; ///< Does not continue what came before.
  bool sound = false;         ///< An `init` of the sound's track.
  std::uint64_t capture_us =
    0; ///< When it arrived from the camera: microseconds since the Unix epoch.
  std::string payload;
};

using media_chunk_ptr = std::shared_ptr<const media_chunk>;

/// What the chunks that follow are.
struct feed_description {
  std::string video_mime; ///< E.g. `video/mp4; codecs="avc1.64001f"`, `video/mp2t`, `image/jpeg`.
  std::string audio_mime; ///< E.g. `audio/mp4; codecs="mp4a.40.2"`; empty without sound.
  int width = 0;
  int height = 0;

  friend bool operator==(const feed_description&, const feed_description&) = default;
};

using subscription_id = std::uint64_t; ///< Never 0, never used again.

/// Where chunks go: one object for each thread that serves viewers. Called on the media I/O thread,
/// in order; must neither block nor throw.
class media_sink {
public:
  virtual ~media_sink() = default;

  /// Comes before the first chunk, and again whenever it changes, before the chunks that it
  /// describes: after a worker's restart too, when nothing changed.
  virtual void on_described(std::span<const subscription_id> to,
                            const feed_description& what) noexcept = 0;

  virtual void on_chunk(std::span<const subscription_id> to,
                        const media_chunk_ptr& chunk) noexcept = 0;

  /// Nothing comes any more: the key can never be served. `reason` is one sentence for people.
  virtual void on_refused(subscription_id to, std::string_view reason) noexcept = 0;
};

/// The data road's end in the server. A feed lives while somebody is subscribed to it, over all
/// restarts of its worker: the chunks after a restart begin with a new description and, for `fmp4`,
/// new init segments.
///
/// A new subscriber gets the description, the init segments and the chunks since the last keyframe
/// at once when they are there, then what follows.
class media_hub {
public:
  virtual ~media_hub() = default;

  /// From any thread; never blocks. With `sound` the chunks of the sound come too (`fmp4`). The hub
  /// keeps `sink` alive until the subscription has ended.
  virtual subscription_id subscribe(const feed_key& what, bool sound,
                                    std::shared_ptr<media_sink> sink) = 0;

  /// From any thread; never blocks. A few calls for this subscription may still be on their way.
  virtual void unsubscribe(subscription_id id) = 0;
};

} // namespace camwall
