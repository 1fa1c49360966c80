#pragma once

#include "media/worker/bytes.hpp"
#include "media/worker/nal.hpp"

#include <cstdint>
#include <optional>

namespace camwall::media {

/// Joins what single RTP packets carried (annex B, a large NAL unit in pieces of which only the
/// first has a start code) to access units.
///
/// libav's parsers would do it too, but they lose the time of the first picture when there is no
/// file position, and they look at every byte of every slice. As with them a picture is known to be
/// whole when the next one begins; or, a frame's time earlier, by its last packet's mark, once the
/// camera has shown that its marks can be trusted.
class access_units {
public:
  explicit access_units(video_codec codec) noexcept : codec_(codec) {
    // nop
  }

  /// So many marks in a row have to be right before one is trusted. A wrong one ends the trust for
  /// good.
  static constexpr int marks_learned = 8;

  struct unit {
    std::optional<std::int64_t> pts; ///< Of its first packet.
    byte_view data;                  ///< Valid until the next `push` or `end_marked`.
  };

  /// Takes the next packet's content. Returns the access unit that it showed to be whole, if it
  /// did.
  /// `pts` in ticks of 1/90000 s.
  std::optional<unit> push(byte_view packet, std::optional<std::int64_t> pts);

  /// The packet that was pushed last is marked as the last of its picture (RFC 6184 §5.1, RFC 7798
  /// §4.1). Returns the access unit when the mark can be trusted.
  std::optional<unit> end_marked();

  /// Whether two pictures with one time may be the fields of one frame; else each is an access
  /// unit.
  void set_interlaced(bool x) noexcept {
    interlaced_ = x;
  }

  /// Bytes of the access unit that is being joined.
  std::size_t size() const noexcept {
    return current_.size();
  }

private:
  void judge_mark(bool begins) noexcept;
  bool continues_sent(byte_view packet, std::optional<std::int64_t> pts) const noexcept;
  bool begins_unit(byte_view packet, std::optional<std::int64_t> pts) const noexcept;

  video_codec codec_;
  bool interlaced_ = false;
  std::optional<std::int64_t> pts_;
  bool has_slice_ = false;
  bool marked_ = false; ///< The last packet of `current_` was.
  bool sent_ = false;   ///< The last unit was returned for its mark; nothing has come since.
  int right_marks_ = 0; ///< In a row; negative when one was wrong.
  bytes current_;
  bytes ready_;
};

} // namespace camwall::media
