#pragma once

#include "media/worker/playlist.hpp"
#include "media/worker/segment_files.hpp"
#include "media/worker/status.hpp"

#include <deque>
#include <functional>
#include <optional>
#include <string>

namespace camwall::media {

/// What is known of a segment when it ends.
struct segment_end {
  double video_s = 0;
  double audio_s = 0;
  wall_time video_start;
  wall_time audio_start;
};

/// Turns a stream of bytes into segments, playlists and facts, and deletes what is old. One or two
/// renditions whose segments begin and end together.
///
/// What a reader finds is whole at any instant: a segment is on disk before a playlist names it,
/// the playlist before the fact is sent, and a segment outlives its last listing by `grace`
/// segments.
class publisher {
public:
  using on_published = std::function<void(const segment_published&)>;

  publisher(const open_order& job, output_folder& folder, on_published sink);
  publisher(const publisher&) = delete;
  publisher& operator=(const publisher&) = delete;
  ~publisher();

  /// Adds `audio.m3u8`. Before the first segment.
  void add_audio();

  /// Writes an init segment; the segments that begin from now on need it.
  status set_video_init(byte_view init);
  status set_audio_init(byte_view init);

  status append_video(byte_view what);
  status append_audio(byte_view what);

  /// The segment that begins next does not continue the last one.
  void break_time() noexcept {
    next_breaks_ = true;
  }

  /// What the multivariant playlist says; the band width is filled in by what the segments show.
  void describe(variant x);

  /// Publishes the segment that was written. `frames` is its number of pictures.
  status end_segment(const segment_end& x, std::uint64_t frames);

private:
  struct rendition {
    explicit rendition(const output_folder& folder) : file(folder) {
      // nop
    }

    segment_file file;
    std::string suffix;   ///< Of the segments' names.
    std::string playlist; ///< Name of the media playlist.
    std::string map;
    std::deque<listed_segment> listed;
    std::deque<std::string> retired; ///< Segments, and init segments, that are out of the window.
  };

  void begin_segment();
  status write_init(rendition& to, const char* letter, int& count, byte_view init);
  status publish(rendition& to, double duration_s, wall_time start);
  void retire(rendition& from);
  status write_multivariant(std::uint64_t segment_bytes, double duration_s, std::uint64_t frames);
  void remove_leftovers();

  const open_order& order_;
  output_folder& folder_;
  on_published sink_;
  bool fmp4_;
  rendition video_;
  std::optional<rendition> audio_;
  std::uint64_t sequence_;
  std::uint64_t discontinuity_sequence_;
  bool next_breaks_ = false;    ///< Holds for the segment after the one that is being written.
  bool segment_breaks_ = false; ///< Holds for the one that is being written.
  int target_s_;
  int video_inits_ = 0;
  int audio_inits_ = 0;
  variant variant_;
  bool variant_changed_ = false;
  std::optional<std::deque<std::string>> leftovers_; ///< Read after the first playlist is out.
};

} // namespace camwall::media
