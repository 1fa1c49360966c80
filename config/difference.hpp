#pragma once

#include "config/schema.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace camwall::config {

/// What a changed setting does to a server that runs.
enum class effect : std::uint8_t {
  shown,          ///< Only what is shown changes; no stream notices.
  restart_camera, ///< The camera's streams end and begin again; the others do not notice.
  restart_all,    ///< The same of every camera.
  at_once,        ///< Comes into force; no stream notices.
  next_start,     ///< Keeps its old value until the server is started again.
};

/// What lies between the configuration in force and a newer one.
struct difference {
  std::vector<std::string> added;     ///< Ids, in the new order.
  std::vector<std::string> removed;   ///< Ids, in the old order.
  std::vector<std::string> restarted; ///< Ids, in the new order: their streams begin again.
  std::vector<std::string> shown;     ///< Ids: only the label, the group or the place in the file.
  bool reordered = false;             ///< Those that stay stand in another order.
  std::vector<std::string> restart_all; ///< Keys because of which all that stay are restarted.
  std::vector<std::string> at_once;     ///< Keys outside the cameras.
  std::vector<std::string> next_start;  ///< Keys that keep their old value.

  /// True when the newer one makes no difference at all, not even at the next start.
  bool empty() const noexcept;
};

/// Compares two valid configurations.
difference compare(const wall& in_force, const wall& newer);

/// What can come into force now: `newer`, but with the old values of what takes effect only at the
/// next start.
wall merge(const wall& in_force, wall newer);

/// The effect of a change of this key, as in `keys.hpp`. Of `defaults.…` it is that of the cameras'
/// key. Empty for a key that no rule is known of.
std::optional<effect> effect_of(std::string_view key);

/// What the difference means, one sentence a line, for people.
std::vector<std::string> sentences(const difference& x);

/// The same of keys that have to wait, for the log and the API: `hls.directory was changed; that
/// takes effect at the next start`.
std::vector<std::string> warnings_of(const difference& x);

} // namespace camwall::config
