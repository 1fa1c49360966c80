#include "actors/connect_gate.hpp"

#include <algorithm>

namespace camwall {

std::vector<connect_gate::ticket> connect_gate::ask(ticket who, std::string host, std::string login,
                                                    bool urgent, bool long_dead) {
  (urgent ? urgent_ : others_).push_back({who, std::move(host), std::move(login), long_dead});
  return admit();
}

std::vector<connect_gate::ticket> connect_gate::trust(const std::string& login) {
  for (auto* queue : {&urgent_, &others_})
    for (auto& x : *queue)
      if (x.login == login)
        x.login.clear();
  return admit();
}

std::vector<connect_gate::ticket> connect_gate::turn_away(const std::string& login) {
  std::vector<ticket> out;
  for (auto* queue : {&urgent_, &others_})
    std::erase_if(*queue, [&](const question& x) {
      if (x.login == login)
        out.push_back(x.who);
      return x.login == login;
    });
  return out;
}

std::vector<connect_gate::ticket> connect_gate::give_back(ticket who) {
  holders_.erase(who);
  for (auto* queue : {&urgent_, &others_})
    std::erase_if(*queue, [who](const question& x) { return x.who == who; });
  return admit();
}

std::vector<connect_gate::ticket> connect_gate::set_limits(limits x) {
  limits_ = x;
  return admit();
}

std::vector<connect_gate::ticket> connect_gate::admit() {
  std::vector<ticket> out;
  for (auto* queue : {&urgent_, &others_}) {
    // One whose host is busy does not hold up those behind it.
    for (auto i = queue->begin(); i != queue->end() && holders_.size() < limits_.slots;) {
      if (!admissible(*i)) {
        ++i;
        continue;
      }
      out.push_back(i->who);
      auto who = i->who;
      holders_.emplace(who, std::move(*i));
      i = queue->erase(i);
    }
  }
  return out;
}

bool connect_gate::admissible(const question& x) const {
  auto same_host = std::count_if(holders_.begin(), holders_.end(),
                                 [&](const auto& y) { return y.second.host == x.host; });
  if (static_cast<std::size_t>(same_host) >= limits_.slots_per_host)
    return false;
  auto same_login = std::any_of(holders_.begin(), holders_.end(),
                                [&](const auto& y) { return y.second.login == x.login; });
  if (!x.login.empty() && same_login)
    return false;
  auto dead = std::count_if(holders_.begin(), holders_.end(),
                            [](const auto& y) { return y.second.long_dead; });
  return !x.long_dead ||
         static_cast<std::size_t>(dead) < std::max<std::size_t>(1, limits_.slots / 2);
}

} // namespace camwall
