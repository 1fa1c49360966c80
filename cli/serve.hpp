#pragma once

#include "config/schema.hpp"
#include "core/wall_snapshot.hpp"

#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace camwall::cli {

class configuration;

/// The whole server, put together in the order in which its parts need each other, and taken apart
/// in the reverse.
class running_wall {
public:
  /// `config` was read from `file`, which is read again when it changes. The error is one sentence
  /// for people. Call `block_ending_signals` before.
  static std::unique_ptr<running_wall> start(const std::filesystem::path& file, config::wall config,
                                             std::string& error);

  ~running_wall();

  running_wall(const running_wall&) = delete;
  running_wall& operator=(const running_wall&) = delete;

  const snapshot_cell& snapshots() const;
  std::uint16_t port() const;

  configuration& catalogue();

  /// True when the supervision tree gave up by itself; it also raises SIGTERM then.
  bool gave_up() const;

  /// The parts that have not answered since the last call: supervision, the media I/O thread, HTTP.
  /// Blocks while HTTP takes its time, half a second at most.
  std::vector<std::string> silent_parts();

  /// Stop accepting, end viewers, end actors, end workers, clean the output folder.
  void stop();

private:
  struct impl;
  explicit running_wall(std::unique_ptr<impl> x);
  std::unique_ptr<impl> impl_;
};

} // namespace camwall::cli
