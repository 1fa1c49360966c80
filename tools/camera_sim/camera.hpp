#pragma once

#include "core/unique_fd.hpp"
#include "tools/camera_sim/answers.hpp"
#include "tools/camera_sim/login_counter.hpp"
#include "tools/camera_sim/mount.hpp"
#include "tools/camera_sim/relay.hpp"

#include <gst/rtsp-server/rtsp-server.h>
#include <nlohmann/json.hpp>
#include <tl/expected.hpp>

#include <atomic>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace camwall::camera_sim {

/// What one camera is.
struct camera_options {
  std::string name;
  std::string label;
  login method = login::none;
  std::string user;
  std::string password;
  std::vector<mount_options> streams;
  /// Whether its bytes pass a relay, which faults of bytes need.
  bool relayed = false;
};

/// How a connection ends: in order, or with a reset as from a camera that lost its power.
enum class ending { fin, rst };

/// One simulated camera: an RTSP server on a port of its own, so that "refuse" and "reboot" close
/// a real listening socket and touch no other camera. Used by the main loop's thread only.
class camera {
public:
  /// `by` must outlive the camera.
  camera(camera_options options, std::uint16_t port, pacer& by);
  ~camera();
  camera(const camera&) = delete;
  camera& operator=(const camera&) = delete;

  const std::string& name() const {
    return options_.name;
  }

  const std::vector<std::shared_ptr<mount>>& mounts() const {
    return mounts_;
  }

  /// Opens the port on loopback. The error is a sentence.
  tl::expected<void, std::string> listen();

  /// Ends the refusal and the silence of a reboot after a while, unless refuse or listen is called
  /// before. A port that has been taken meanwhile is tried again every second.
  void come_back_after(double seconds);

  /// Closes the port: new connections are refused, open ones go on.
  void refuse();

  bool refusing() const {
    return !listener_;
  }

  /// Ends the connections of all clients, or of those that play `only`, and returns how many.
  int drop(ending how, const mount* only = nullptr);

  /// Neither end nor answer: connections stay open on the clients' side and the sessions are
  /// forgotten; new connections are taken and never answered. Only with a relay.
  void vanish();

  /// Plays another clip (null: its own) on one of the camera's streams. With another codec its
  /// sessions end, as at a camera that is configured anew. Does nothing to a live stream.
  void play(mount& on, const std::shared_ptr<const clip>& next);

  /// Ends all faults.
  void heal();

  answers& replies() {
    return replies_;
  }

  login_record& logins() {
    return logins_;
  }

  /// Null without a relay.
  relay* bytes() {
    return relay_.get();
  }

  /// Forgets sessions whose client has gone without a word.
  void clean_up();

  /// What the camera is: addresses, label, login.
  nlohmann::json describe() const;

  /// What has happened: clients, sessions, logins, units.
  nlohmann::json statistics() const;

private:
  static gboolean on_connection(gint fd, GIOCondition condition, gpointer self);
  static void on_client(GstRTSPServer* server, GstRTSPClient* client, gpointer self);
  void serve(unique_fd client, const std::string& address, std::uint16_t port);
  static GstRTSPStatusCode on_describe(GstRTSPClient* client, GstRTSPContext* context,
                                       gpointer self);
  static void on_play(GstRTSPClient* client, GstRTSPContext* context, gpointer self);
  static gboolean on_return(gpointer self);
  void forget_sessions();
  void cancel_timer();
  std::string url(const mount& of) const;

  const camera_options options_;
  const std::uint16_t port_;
  std::vector<std::shared_ptr<mount>> mounts_;
  GstRTSPServer* server_ = nullptr;
  unique_fd listener_;
  guint listener_source_ = 0;
  guint return_timer_ = 0;
  std::unique_ptr<relay> relay_;
  answers replies_;
  login_record logins_;
  std::uint64_t connections_ = 0;
};

} // namespace camwall::camera_sim
