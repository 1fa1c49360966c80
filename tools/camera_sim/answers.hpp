#pragma once

#include <gst/rtsp-server/rtsp-server.h>

#include <cstdint>

namespace camwall::camera_sim {

/// What is wrong with the session description (RFC 4566) that a camera sends.
enum class sdp_fault {
  none,
  /// The parameter sets are only in the stream (RFC 6184 §8.1 leaves that open).
  no_parameter_sets,
  /// Not a session description at all.
  nonsense,
  /// The section of the video is missing.
  audio_only,
};

/// What a camera answers wrongly to requests, and the counts of what it was asked. All that is
/// decided about RTSP answers is decided here, but for logins. Main loop's thread only.
class answers {
public:
  /// Requests of `method` are answered with `status`, once `after` more sessions have begun.
  void fail(int status, GstRTSPMethod method, std::uint64_t after = 0);

  /// More sessions than this at a time are answered with 453 (RFC 2326 §11.3.9); 0: any number.
  void limit_sessions(unsigned max) {
    sessions_max_ = max;
  }

  void spoil_sdp(sdp_fault how) {
    sdp_ = how;
  }

  /// Ends all faults.
  void heal();

  /// Sees to the requests of a client from now on.
  void attach(GstRTSPServer* server, GstRTSPClient* client);

  /// Sessions of clients that are connected. The server knows more: it remembers those of clients
  /// that have left without TEARDOWN until they time out.
  unsigned sessions_now() const;

  std::uint64_t described() const {
    return described_;
  }

  /// Requests that were answered with the status of a fault.
  std::uint64_t failed() const {
    return failed_;
  }

  /// The most sessions at a time so far.
  unsigned sessions_peak() const {
    return sessions_peak_;
  }

private:
  template <GstRTSPMethod Method>
  static GstRTSPStatusCode on_request(GstRTSPClient* client, GstRTSPContext* context,
                                      gpointer self);
  static void on_play(GstRTSPClient* client, GstRTSPContext* context, gpointer self);
  static void on_answer(GstRTSPClient* client, GstRTSPContext* context, GstRTSPMessage* message,
                        gpointer self);
  GstRTSPStatusCode judge(GstRTSPMethod method, const GstRTSPContext& context);

  GstRTSPServer* server_ = nullptr;
  int status_ = GST_RTSP_STS_OK;
  GstRTSPMethod method_ = GST_RTSP_DESCRIBE;
  std::uint64_t still_good_ = 0;
  unsigned sessions_max_ = 0;
  sdp_fault sdp_ = sdp_fault::none;
  std::uint64_t described_ = 0;
  std::uint64_t failed_ = 0;
  unsigned sessions_peak_ = 0;
};

} // namespace camwall::camera_sim
