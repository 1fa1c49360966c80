#pragma once

#include "core/unique_fd.hpp"

#include <glib.h>
#include <tl/expected.hpp>

#include <cstdint>
#include <functional>
#include <map>
#include <string>

namespace camwall::camera_sim {

/// The control channel: TCP on loopback, one line a command, one line an answer. Used by the main
/// loop's thread only.
class control {
public:
  /// Called with each line, without its end; returns the answer, without an end.
  using handler = std::function<std::string(const std::string& line)>;

  explicit control(handler on_line);
  ~control();
  control(const control&) = delete;
  control& operator=(const control&) = delete;

  /// Opens the port; 0 lets the system choose. Returns the port, or a sentence.
  tl::expected<std::uint16_t, std::string> listen(std::uint16_t port);

private:
  struct connection {
    control* owner = nullptr;
    unique_fd fd;
    guint source = 0;
    std::string received;
  };

  static gboolean on_connection(gint fd, GIOCondition condition, gpointer self);
  static gboolean on_data(gint fd, GIOCondition condition, gpointer self);
  bool answer_lines(connection& on) const;

  handler on_line_;
  unique_fd listener_;
  guint source_ = 0;
  std::map<int, connection> connections_;
};

} // namespace camwall::camera_sim
