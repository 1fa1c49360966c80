#pragma once

#include "core/unique_fd.hpp"

#include <glib.h>

#include <cstddef>
#include <list>
#include <memory>
#include <random>
#include <string>

namespace camwall::camera_sim {

/// Carries the bytes between a camera's clients and its RTSP server, so that a camera can be
/// silent, talk nonsense or be slow in ways that no RTSP server would. Main loop's thread only.
class relay {
public:
  relay();
  ~relay();
  relay(const relay&) = delete;
  relay& operator=(const relay&) = delete;

  /// Takes a client's connection and returns the socket at which the server meets it: a TCP
  /// connection over loopback. An invalid one: the client is not served, or is now held in
  /// silence.
  unique_fd join(unique_fd client);

  /// The server's ends are closed, the clients' ends stay open: what they send is thrown away and
  /// they hear nothing more, not even the end. While it is on, new clients fare alike.
  void silence(bool on);

  bool silent() const {
    return silent_;
  }

  /// All that the camera sends is noise.
  void make_noise(bool on) {
    noise_ = on;
  }

  /// Puts `bytes` of noise between what the camera sends. Returns into how many connections.
  int insert_garbage(std::size_t bytes);

  /// What the camera sends trickles; 0: as fast as it comes.
  void slow_down(std::size_t bytes_per_s);

  /// New bytes pass unchanged. Those that were left in silence stay there.
  void heal();

private:
  class link;

  std::string noise(std::size_t bytes);

  std::list<std::unique_ptr<link>> links_;
  bool silent_ = false;
  bool noise_ = false;
  std::size_t bytes_per_s_ = 0;
  std::minstd_rand random_;
};

} // namespace camwall::camera_sim
