#include "cli/probe_turns.hpp"

#include "config/url.hpp"

#include <algorithm>
#include <utility>

namespace camwall::cli {

probe_turns::probe_turns(const std::vector<config::camera>& cameras) {
  turns_.reserve(cameras.size());
  for (const auto& x : cameras)
    turns_.push_back({.waits = x.enabled, .account = account_of(x)});
}

std::optional<std::size_t> probe_turns::next() {
  for (std::size_t i = 0; i < turns_.size(); ++i) {
    auto& x = turns_[i];
    if (!x.waits)
      continue;
    if (x.account) {
      auto& login = accounts_[*x.account];
      if (login.refused_to || login.under_way)
        continue;
      login.under_way = !login.taken;
    }
    x.waits = false;
    return i;
  }
  return std::nullopt;
}

void probe_turns::end(std::size_t camera, reason why) {
  const auto& x = turns_[camera];
  if (!x.account)
    return;
  auto& login = accounts_[*x.account];
  login.under_way = false;
  login.taken = login.taken || why == reason::none;
  if (why == reason::auth && !login.refused_to)
    login.refused_to = camera;
}

std::optional<std::size_t> probe_turns::refused_by(std::size_t camera) const {
  const auto& x = turns_[camera];
  return x.waits && x.account ? accounts_[*x.account].refused_to : std::nullopt;
}

std::optional<std::size_t> probe_turns::account_of(const config::camera& x) {
  auto url = config::parse_camera_url(probed_url(x));
  if (!url || !url->has_user)
    return std::nullopt;
  auto same = std::find_if(accounts_.begin(), accounts_.end(), [&](const account& y) {
    return y.user == url->user && y.host == url->host;
  });
  if (same == accounts_.end())
    same = accounts_.insert(same, {.user = std::move(url->user), .host = std::move(url->host)});
  return static_cast<std::size_t>(same - accounts_.begin());
}

const std::string& probed_url(const config::camera& x) {
  return x.sub_url.empty() ? x.url : x.sub_url;
}

} // namespace camwall::cli
