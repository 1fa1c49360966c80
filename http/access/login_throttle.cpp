#include "http/access/login_throttle.hpp"

#include "http/access/rate_limit.hpp"
#include "http/access/settings.hpp"

#include <algorithm>

namespace camwall::http {

namespace {

using std::chrono::seconds;

constexpr std::size_t name_bytes_max = 64;
constexpr int doublings_max = 20;

/// Failures are forgotten when nobody has tried for so long.
constexpr std::chrono::hours forgotten_after{1};

std::string short_name(std::string_view user) {
  return std::string{user.substr(0, name_bytes_max)};
}

template <class Record>
seconds wait_of(const Record& x, std::chrono::steady_clock::time_point now) {
  return now >= x.until ? seconds{0} : std::chrono::ceil<seconds>(x.until - now);
}

template <class Record>
void count(Record& x, seconds wait_max, std::chrono::steady_clock::time_point now) {
  ++x.failures;
  x.last = now;
  auto beyond = x.failures - access_limits::free_tries;
  if (beyond >= 0)
    x.until = now + std::min(wait_max, seconds{1LL << std::min(beyond, doublings_max)});
}

/// The record of `key`. In a full table the one that was touched longest ago gives way, unless it
/// still makes somebody wait; then the table is full of such, and they all share the end's.
template <class Table, class Key>
auto& record_of(Table& table, const Key& key, std::chrono::steady_clock::time_point now) {
  if (auto found = table.find(key); found != table.end()) {
    if (now - found->second.last > forgotten_after)
      found->second = {};
    return found->second;
  }
  if (table.size() >= access_limits::throttled_max) {
    std::erase_if(table, [&](const auto& x) { return now >= x.second.until; });
    if (table.size() >= access_limits::throttled_max)
      return table.rbegin()->second;
  }
  return table[key];
}

template <class Table, class Key>
void give_back(Table& table, const Key& key) {
  auto found = table.find(key);
  if (found == table.end())
    return;
  auto& x = found->second;
  x.failures = std::max(0, x.failures - 1);
  if (x.failures < access_limits::free_tries)
    x.until = {};
}

} // namespace

std::chrono::seconds login_throttle::begin(const ip_address& address, std::string_view user,
                                           time_point now) {
  auto place = household(address);
  auto name = short_name(user);
  auto& of_address = record_of(addresses_, place, now);
  auto known = known_.contains({place, name});
  auto& of_user = record_of(users_, name, now);
  auto wait = wait_of(of_address, now);
  if (!known)
    wait = std::max(wait, wait_of(of_user, now));
  if (wait > seconds{0})
    return wait;
  count(of_address, access_limits::address_wait_max, now);
  if (!known)
    count(of_user, access_limits::user_wait_max, now);
  return seconds{0};
}

void login_throttle::succeeded(const ip_address& address, std::string_view user) {
  auto place = household(address);
  auto name = short_name(user);
  // Not all of them: whoever has an account could try others' passwords between his own logins.
  give_back(addresses_, place);
  users_.erase(name);
  if (known_.size() >= access_limits::throttled_max)
    known_.erase(known_.begin());
  known_.emplace(place, std::move(name));
}

void login_throttle::withdrawn(const ip_address& address, std::string_view user) {
  give_back(addresses_, household(address));
  give_back(users_, short_name(user));
}

} // namespace camwall::http
