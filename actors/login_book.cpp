#include "actors/login_book.hpp"

#include <algorithm>

namespace camwall {

void login_book::accepted(const std::string& login, const std::string& by, time_point now) {
  auto& x = note(login, now);
  x.let_in.insert(by);
  x.refusals = 0;
  x.held_until = {};
}

void login_book::refused(const std::string& login, const std::string& by, time_point hold_until,
                         time_point now) {
  auto& x = note(login, now);
  x.let_in.erase(by);
  if (x.let_in.empty() && ++x.refusals >= reconnect_policy::login_tries)
    x.held_until = hold_until;
}

bool login_book::is_right(const std::string& login) const {
  auto i = entries_.find(login);
  return i != entries_.end() && !i->second.let_in.empty();
}

std::optional<time_point> login_book::held_until(const std::string& login, time_point now) const {
  auto i = entries_.find(login);
  if (i == entries_.end() || now >= i->second.held_until)
    return std::nullopt;
  return i->second.held_until;
}

login_book::entry& login_book::note(const std::string& login, time_point now) {
  if (entries_.size() >= logins_max && !entries_.contains(login))
    entries_.erase(std::min_element(
      entries_.begin(), entries_.end(),
      [](const auto& x, const auto& y) { return x.second.noted < y.second.noted; }));
  auto& x = entries_[login];
  x.noted = now;
  return x;
}

} // namespace camwall
