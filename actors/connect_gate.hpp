#pragma once

#include "actors/reconnect_policy.hpp"

#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <string>
#include <vector>

namespace camwall {

/// Lets only a few cameras connect at a time, so that a switch that comes back is not met by all of
/// them in one instant.
///
/// Those that were live a moment ago (urgent) go first. Long-dead ones (not urgent) hold at most
/// half of the slots, so that forty black-holed cameras cannot delay the return of a healthy one.
class connect_gate {
public:
  using ticket = std::uint64_t;

  struct limits {
    std::size_t slots = 4;
    std::size_t slots_per_host = 2; ///< Of one host and port.
  };

  explicit connect_gate(limits x) : limits_(x) {
    // nop
  }

  /// Asks for a slot. `host` is host and port; `login` is empty, or one that is not known to be
  /// right: it is tried by one at a time. Returns what became free to go, this ticket
  /// perhaps among it.
  std::vector<ticket> ask(ticket who, std::string host, std::string login, bool urgent,
                          bool long_dead);

  /// The login is right: whoever waits with it need not go alone. Returns what became free to go.
  std::vector<ticket> trust(const std::string& login);

  /// The login is wrong: takes back the questions of all that wait with it, and returns them.
  std::vector<ticket> turn_away(const std::string& login);

  /// Gives a slot back, or takes a question back. Unknown tickets are ignored. Returns what became
  /// free to go.
  std::vector<ticket> give_back(ticket who);

  /// Other limits from now on; slots that are held beyond them are not taken away. Returns what
  /// became free to go.
  std::vector<ticket> set_limits(limits x);

  std::size_t held() const noexcept {
    return holders_.size();
  }
  std::size_t waiting() const noexcept {
    return urgent_.size() + others_.size();
  }

private:
  struct question {
    ticket who;
    std::string host;
    std::string login;
    bool long_dead;
  };

  std::vector<ticket> admit();
  bool admissible(const question& x) const;

  limits limits_;
  std::deque<question> urgent_;
  std::deque<question> others_;
  std::map<ticket, question> holders_;
};

} // namespace camwall
