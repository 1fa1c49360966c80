#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace camwall::cli {

/// Tells whether the parts of the server still do their work, by having them do some.
///
/// A part is handed a token through its own queue and lets go of it when its turn comes: a thread
/// that hangs, or a queue that nobody serves, keeps it. No part ever has more than one token, so a
/// part that hangs for days collects none. For one thread.
class liveness {
public:
  using token = std::shared_ptr<const void>;

  struct part {
    std::string name;
    std::function<void(token)> ask; ///< Passes the token on; must not block.
  };

  /// Asks all parts for the first time.
  explicit liveness(std::vector<part> parts);

  /// The names of the parts that have not answered since they were asked; the others are asked
  /// again.
  std::vector<std::string> silent_parts();

private:
  struct asked_part {
    part what;
    std::weak_ptr<const void> pending;
  };

  static void ask(asked_part& x);

  std::vector<asked_part> parts_;
};

} // namespace camwall::cli
