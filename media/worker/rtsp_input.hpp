#pragma once

#include "media/worker/failure.hpp"
#include "media/worker/libav.hpp"
#include "media/worker/server_link.hpp"
#include "media/worker/status.hpp"
#include "media/worker/video_track.hpp"

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace camwall::media {

/// When libav has to give up what it waits for. It asks at least ten times a second while it waits.
class watch {
public:
  explicit watch(server_link& link) noexcept : link_(link) {
    // nop
  }

  void set_deadline(std::chrono::steady_clock::time_point at) noexcept {
    at_ = at;
  }

  /// From now on only the deadline counts: a stop order does not interrupt the farewell that it
  /// asked for.
  void ignore_stop() noexcept {
    heed_stop_ = false;
  }

  bool deadline_passed() const noexcept {
    return std::chrono::steady_clock::now() >= at_;
  }

  bool stop_requested() {
    return heed_stop_ && link_.stop_requested();
  }

  /// AVIOInterruptCB: `self` is a watch.
  static int interrupt(void* self);

private:
  server_link& link_;
  std::chrono::steady_clock::time_point at_ = std::chrono::steady_clock::time_point::max();
  bool heed_stop_ = true;
};

/// What an RTSP session is begun with.
struct session_plan {
  std::string url;
  std::string transport = "tcp";
  bool audio = true;
  double open_deadline_s = 10.0; ///< The watch keeps it; here for messages.
  double read_deadline_s = 10.0; ///< The same, between packets.
  bool any_video = false;        ///< Takes video of a codec that is not supported, too.

  /// Follows an answer 3xx to another address (RFC 2326 §11.3); else it is a failure that names
  /// the address.
  bool redirects = true;

  /// As in `open_order`.
  std::optional<std::vector<std::string>> only;
};

/// A camera's RTSP session (RFC 2326), played.
class rtsp_input {
public:
  struct track {
    int index = -1;
    const AVCodecParameters* parameters = nullptr;
    AVRational time_base{1, 1};
  };

  /// Connects, and returns when the camera answered PLAY. Neither probes nor decodes.
  static tl::expected<std::unique_ptr<rtsp_input>, failed> open(const session_plan& plan,
                                                                watch& guard);

  rtsp_input(const rtsp_input&) = delete;
  rtsp_input& operator=(const rtsp_input&) = delete;

  /// Sends TEARDOWN, for at most half a second.
  ~rtsp_input();

  /// Reads the next packet of any track: 0, or libav's error.
  int read(AVPacket& into);

  const track& video() const noexcept {
    return video_;
  }

  /// `tcp` or `udp`: what the camera took.
  const std::string& transport() const noexcept {
    return transport_;
  }

  /// Of the video, when `other_codec` is empty.
  video_codec codec() const noexcept {
    return codec_;
  }

  /// libav's name of the video's codec when it is not supported; else empty.
  const std::string& other_codec() const noexcept {
    return other_codec_;
  }

  /// The camera's time of day at the begin, since the Unix epoch, once it has told it (RFC 3550
  /// §6.4.1).
  std::optional<std::chrono::microseconds> begin_at_camera() const noexcept;

  /// The first sound track, whatever its codec.
  const std::optional<track>& audio() const noexcept {
    return audio_;
  }

private:
  rtsp_input(AVFormatContext* context, watch& guard) noexcept : context_(context), guard_(guard) {
    // nop
  }

  status find_tracks(bool any_video);

  AVFormatContext* context_;
  watch& guard_;
  std::string transport_;
  track video_;
  video_codec codec_ = video_codec::h264;
  std::string other_codec_;
  std::optional<track> audio_;
};

/// The parts of an RTSP address that have to be known before libav sees it.
struct rtsp_address {
  std::string host;
  int port = 554;
  std::string password; ///< As it stands in the address, percent-encoded.
};

rtsp_address split_address(const std::string& url);

} // namespace camwall::media
