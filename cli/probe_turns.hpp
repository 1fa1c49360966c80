#pragma once

#include "config/schema.hpp"
#include "core/phase.hpp"

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

namespace camwall::cli {

/// Whose turn it is when all cameras are looked at, so that no account is locked: many cameras and
/// recorders do that after a few wrong passwords, and all channels of a recorder have one account.
///
/// An account is a user at a host, whatever the port. Until a picture has shown that its login is
/// taken, one camera of an account asks at a time; once it was refused, no further one does.
/// Cameras without a login do not wait for each other. Knows neither threads nor the time.
class probe_turns {
public:
  /// In the order of the cameras; those that are off have no turn.
  explicit probe_turns(const std::vector<config::camera>& cameras);

  /// A camera that may be asked now, and whose turn it is from here on; nothing when none may.
  std::optional<std::size_t> next();

  /// Its turn is over, `reason::none` with a picture.
  void end(std::size_t camera, reason why);

  /// The camera because of whose refusal this one gets no turn.
  std::optional<std::size_t> refused_by(std::size_t camera) const;

private:
  struct account {
    std::string user;
    std::string host;
    bool under_way = false; ///< Somebody asks, and we do not know yet what comes of it.
    bool taken = false;     ///< It gave a picture.
    std::optional<std::size_t> refused_to;
  };

  struct turn {
    bool waits = false;
    std::optional<std::size_t> account; ///< Nothing without a login.
  };

  std::optional<std::size_t> account_of(const config::camera& x);

  std::vector<account> accounts_;
  std::vector<turn> turns_; ///< By camera.
};

/// The stream that a wall shows in its grid, and that is looked at.
const std::string& probed_url(const config::camera& x);

} // namespace camwall::cli
