#pragma once

#include "core/live_media.hpp"
#include "core/phase.hpp"

#include <tl/expected.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

/// What the server and a worker say to each other over their SOCK_SEQPACKET socket.
///
/// One message is one packet: a JSON object with a `type`, at most `message_bytes_max` long. The
/// server trusts nothing in it: an oversized, malformed or unknown message ends the worker
/// (`protocol_error`), never the server.
namespace camwall::media {

inline constexpr std::size_t message_bytes_max = 64UL * 1024;

/// Entries of `open_order::only`.
inline constexpr std::size_t permitted_peers_max = 64;

// -- orders: server → worker --------------------------------------------------------------------

/// When a picture is called bad. A time of 0 switches its condition off.
struct picture_rules {
  bool check = false;      ///< Whether pictures are looked at at all.
  double interval_s = 2.0; ///< A keyframe is decoded this often at most.
  double frozen_after_s = 30.0;
  double black_after_s = 10.0;
  double black_luma = 8.0; ///< Grey levels, 0 to 255.
  double uniform_after_s = 10.0;
  double uniform_spread = 4.0;         ///< Grey levels, 0 to 255.
  std::uint32_t undecodable_after = 3; ///< Keyframes in a row.

  friend bool operator==(const picture_rules&, const picture_rules&) = default;
};

/// The first message that a worker gets, and the only place where an address with its password
/// passes.
struct open_order {
  std::string camera;
  std::string stream;
  std::string url;               ///< Complete, with percent-encoded user information. A secret.
  std::string transport = "tcp"; ///< `tcp` or `udp`.
  bool audio = true;
  std::string container = "fmp4"; ///< `fmp4` or `mpegts`.
  std::string output_dir; ///< Absolute; the only place where the worker writes. Exists already.
  std::string run;        ///< Prefix of the segment names; never repeats. `[a-z0-9]+`
  std::uint64_t media_sequence = 0;         ///< Of the first segment (RFC 8216 §4.3.3.2).
  std::uint64_t discontinuity_sequence = 0; ///< Of the first segment (RFC 8216 §4.3.3.3).
  double segment_s = 1.0;
  std::uint32_t window = 6;
  std::uint32_t grace = 4;
  std::uint32_t disk_free_min_mb = 32; ///< With less left on the disk the worker does not write.
  double open_deadline_s = 10.0;
  double access_unit_deadline_s = 2.0;
  std::uint32_t memory_mb = 512;
  bool sandbox_required = true; ///< Else the worker goes on where the kernel lacks something.
  picture_rules picture;        ///< May be absent: pictures are not checked then.

  /// For an address that a client named: what it may mean once its name is resolved, as
  /// `parse_permitted_peers` reads it. The worker connects to exactly what it checked, over TCP,
  /// and is sent nowhere else. Absent: a configured address, which may be anywhere.
  std::optional<std::vector<std::string>> only;

  friend bool operator==(const open_order&, const open_order&) = default;
};

/// The first message that a worker gets that is to look at a camera for a few seconds and to say
/// what it is. It writes no file.
struct probe_order {
  std::string url;               ///< As in `open_order`. A secret.
  std::string transport = "tcp"; ///< `tcp` or `udp`.
  double deadline_s = 10.0;      ///< From the order to `probed` or `failed`.
  std::uint32_t memory_mb = 512;
  bool sandbox_required = true; ///< Else the worker goes on where the kernel lacks something.

  friend bool operator==(const probe_order&, const probe_order&) = default;
};

/// What a worker is made for: its first order.
using task = std::variant<open_order, probe_order>;

/// Asks the worker to close its RTSP session (TEARDOWN) and end.
struct stop_order {
  friend bool operator==(const stop_order&, const stop_order&) = default;
};

/// Feeds that one worker makes at a time.
inline constexpr std::size_t feeds_per_worker_max = 16;

/// One thing that is to come over the media channel.
struct watched_feed {
  std::uint32_t id = 0; ///< Never 0; what comes names it.
  media_format format = media_format::fmp4;
  bool sound = false; ///< Of `fmp4` only: in chunks of its own.
  // Of `jpeg` and `mpeg1`, as `feed_key` has them.
  std::uint16_t width = 0;
  std::uint16_t height = 0;
  std::uint16_t fps = 0;
  std::uint16_t quality = 0;

  friend bool operator==(const watched_feed&, const watched_feed&) = default;
};

/// Everything that is watched from now on: what is not in the list ends, and an empty list means
/// that nobody watches.
struct watch_order {
  std::vector<watched_feed> feeds; ///< At most `feeds_per_worker_max`.

  friend bool operator==(const watch_order&, const watch_order&) = default;
};

/// Stills that one worker owes at a time.
inline constexpr std::size_t stills_per_worker_max = 8;

/// Stills are numbered from here on, so that what comes over the media channel tells them from
/// feeds.
inline constexpr std::uint32_t still_id_min = 0x8000'0000;

constexpr bool is_still(std::uint32_t id) noexcept {
  return id >= still_id_min;
}

/// One JPEG of the last keyframe, or of the first when there was none yet. It comes over the media
/// channel as a description and a `jpeg`; or it is refused, as a feed is.
struct still_order {
  std::uint32_t id = 0; ///< From `still_id_min` on; never used again.
  // As `feed_key` has them.
  std::uint16_t width = 0;
  std::uint16_t height = 0;
  std::uint16_t quality = 0;

  friend bool operator==(const still_order&, const still_order&) = default;
};

using order = std::variant<open_order, stop_order, watch_order, still_order, probe_order>;

// -- facts: worker → server ---------------------------------------------------------------------

/// The worker has taken from itself what it may not have, and has not spoken to its camera yet.
struct confined {
  bool enforced = false; ///< The whole sandbox: files and system calls.
  std::string missing;   ///< One sentence when the kernel lacks something; else empty.

  friend bool operator==(const confined&, const confined&) = default;
};

/// The camera answered PLAY and its tracks are known.
struct opened {
  std::string video;  ///< `h264` or `h265`.
  std::string audio;  ///< `aac`, `pcm_mulaw`, `pcm_alaw` or empty.
  std::string codecs; ///< RFC 6381 list of what the segments hold.
  int width = 0;
  int height = 0;
  std::string transport = "tcp"; ///< `tcp` or `udp`: what the camera took.

  friend bool operator==(const opened&, const opened&) = default;
};

/// What became of the pictures that viewers want as JPEG or MPEG-1. Sums since the worker began.
struct rendition_sums {
  std::uint64_t made = 0;    ///< Of all renditions.
  std::uint64_t skipped = 0; ///< The camera's, for which there was no time.
  std::uint64_t damaged = 0; ///< The camera's, with errors or in the wake of one.

  friend bool operator==(const rendition_sums&, const rendition_sums&) = default;
};

/// Access units arrived. Sent at the first video access unit and then at most every 250 ms, only
/// when there were new ones: its absence is what tells a stall. Counters are sums since the worker
/// began.
struct progress {
  std::uint64_t frames = 0; ///< Video access units.
  std::uint64_t bytes = 0;  ///< Of all tracks.
  std::uint64_t keyframes = 0;
  std::uint64_t discontinuities = 0;
  double gop_s = 0; ///< Longest keyframe distance among the last eight.
  double fps = 0;   ///< Over about the last second or more.
  double bitrate_bps = 0;
  double cpu_s = 0;          ///< Own CPU time, user and system.
  double keyframe_age_s = 0; ///< Time since the last keyframe arrived.
  int width = 0;
  int height = 0;
  rendition_sums renditions; ///< Absent from the message while nothing but 0.

  friend bool operator==(const progress&, const progress&) = default;
};

/// A segment is complete on disk and the playlist names it.
struct segment_published {
  std::uint64_t media_sequence = 0;
  std::uint64_t discontinuity_sequence = 0; ///< Of this segment.
  double duration_s = 0;

  friend bool operator==(const segment_published&, const segment_published&) = default;
};

struct picture_condition {
  condition what = condition::frozen;
  double age_s = 0; ///< How long ago it began.

  friend bool operator==(const picture_condition&, const picture_condition&) = default;
};

/// A keyframe was decoded, or could not be: what holds now. Counters are sums since the worker
/// began.
struct picture_judged {
  std::vector<picture_condition> conditions; ///< Each at most once.
  bool moved = false;                        ///< Two pictures of this worker differed.
  std::uint64_t decoded = 0;                 ///< Without errors.
  std::uint64_t undecodable = 0;
  std::uint64_t dropped = 0; ///< Keyframes that came while another was being judged.
  double cpu_s = 0;          ///< CPU time of all this; part of the worker's.

  friend bool operator==(const picture_judged&, const picture_judged&) = default;
};

/// The worker cannot go on and ends after this message.
struct failed {
  camwall::reason why = reason::protocol;
  std::string detail; ///< One sentence; the worker has removed its secrets.

  friend bool operator==(const failed&, const failed&) = default;
};

/// A feed can never be made, or a still not now: nothing comes of it.
struct feed_refused {
  std::uint32_t feed = 0;
  std::string why; ///< One sentence for people.

  friend bool operator==(const feed_refused&, const feed_refused&) = default;
};

/// What a camera was found to be: the last message of a worker that was told to probe. Zero or
/// empty: not found out.
struct probed {
  camwall::reason why = reason::none; ///< `none`: it sends pictures that a wall can show.
  std::string detail;                 ///< One sentence when there is a reason.
  std::string transport;              ///< `tcp` or `udp`: what the camera took.
  std::string video;                  ///< `h264`, `h265`, or libav's name of another codec.
  std::string profile;                ///< E.g. `High`.
  std::string level;                  ///< E.g. `3.1`.
  std::string audio;                  ///< libav's name of the codec, or empty.
  std::string codecs;                 ///< RFC 6381 list of what segments would hold.
  int width = 0;
  int height = 0;
  double fps = 0;
  double gop_s = 0; ///< Longest distance of two keyframes; 0 when no two came.
  double bitrate_bps = 0;
  bool b_frames = false;
  double first_picture_s = 0; ///< From the order to the first keyframe; 0 when none came.
  double watched_s = 0;       ///< How long pictures were looked at.

  /// How far the camera's clock is ahead of ours (negative: behind), as its RTCP reports say (RFC
  /// 3550 §6.4.1); nothing when none came.
  std::optional<double> clock_ahead_s;

  friend bool operator==(const probed&, const probed&) = default;
};

using fact = std::variant<confined, opened, progress, segment_published, picture_judged,
                          feed_refused, probed, failed>;

// -- bytes --------------------------------------------------------------------------------------

std::string encode(const order& x);
std::string encode(const fact& x);

/// Reads one packet. The error says what is wrong with it, without quoting more than a few bytes.
tl::expected<order, std::string> decode_order(std::string_view packet);
tl::expected<fact, std::string> decode_fact(std::string_view packet);

} // namespace camwall::media
