#include "cli/adhoc_pool.hpp"

#include "cli/access_wiring.hpp"
#include "core/redact.hpp"

#include <spdlog/spdlog.h>
#include <sys/random.h>

#include <algorithm>
#include <cerrno>
#include <set>
#include <system_error>
#include <tuple>
#include <utility>

namespace camwall::cli {

namespace {

/// No id that the configuration takes begins so.
constexpr std::string_view id_begin = "_adhoc-";

bool is_escape(std::string_view text) {
  constexpr std::string_view digits = "0123456789abcdefABCDEF";
  return text.size() > 2 && text[0] == '%' && digits.find(text[1]) != std::string_view::npos &&
         digits.find(text[2]) != std::string_view::npos;
}

/// Clients write logins that they never encoded: what cannot be meant otherwise stands for itself.
std::string mended_login(std::string_view text) {
  constexpr std::string_view unfit = "\"<>\\#@ ";
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    auto c = text[i];
    auto fit = c == '%' ? is_escape(text.substr(i))
                        : c > 0x20 && c < 0x7f && unfit.find(c) == std::string_view::npos;
    out += fit ? std::string(1, c) : percent_encode(text.substr(i, 1));
  }
  return out;
}

tl::expected<config::camera_url, std::string> read_address(std::string_view text) {
  auto out = config::parse_camera_url(text);
  auto mark = text.find("://");
  if (out || text.size() > config::url_bytes_max || mark == std::string_view::npos)
    return out;
  auto begin = mark + 3;
  auto authority = text.substr(begin, text.find_first_of("/?", begin) - begin);
  auto at = authority.rfind('@');
  if (at == std::string_view::npos)
    return out;
  std::string mended{text.substr(0, begin)};
  mended.append(mended_login(authority.substr(0, at))).append(text.substr(begin + at));
  return config::parse_camera_url(mended);
}

std::uint64_t random_number() {
  constexpr std::uint64_t first = std::uint64_t{1} << 32;
  constexpr std::uint64_t end = std::uint64_t{1} << 53;
  std::uint64_t out = 0;
  // Up to 256 bytes come whole or not at all (getrandom(2)).
  if (::getrandom(&out, sizeof out, 0) < 0)
    throw std::system_error{errno, std::generic_category(), "no random numbers"};
  return first + out % (end - first);
}

address_rule rule_of(const config::adhoc& x) {
  std::vector<permitted_peers> entries;
  for (const auto& text : x.allow)
    if (auto peers = parse_permitted_peers(text))
      entries.push_back(*peers);
  return address_rule{entries};
}

} // namespace

adhoc_pool::adhoc_pool(std::shared_ptr<const config::wall> first, login_check refused)
  : configured_(std::move(first)),
    login_refused_(std::move(refused)),
    rule_(rule_of(configured_->adhoc)) {
  // nop
}

tl::expected<adhoc_pool::share, adhoc_refused> adhoc_pool::open(std::string_view url,
                                                                http::role who, time_point now) {
  auto out = admit(url, who, now);
  if (!out)
    ++counts_.refused[static_cast<std::size_t>(out.error())];
  return out;
}

tl::expected<adhoc_pool::share, adhoc_refused> adhoc_pool::admit(std::string_view url,
                                                                 http::role who, time_point now) {
  const auto& settings = configured_->adhoc;
  if (!settings.enabled || closed_)
    return tl::unexpected(adhoc_refused::off);
  if (who < role_of(settings.role))
    return tl::unexpected(adhoc_refused::role);
  auto address = read_address(url);
  if (!address)
    return tl::unexpected(adhoc_refused::address);
  if (auto ip = parse_ip_address(address->host); ip && !rule_.permits(*ip, address->port))
    return tl::unexpected(adhoc_refused::permission);
  auto complete = config::build_camera_url(*address, address->user, address->password);
  if (auto* known = find_entry(complete))
    return lend(*known);
  forget_logins(now);
  if (auto wanted = login_of(*address); is_refused(wanted) || is_one_too_many(wanted))
    return tl::unexpected(adhoc_refused::login);
  if (entries_.size() >= settings.cameras_max)
    return tl::unexpected(adhoc_refused::full);
  return lend(begin(*address, std::move(complete), now));
}

std::optional<adhoc_pool::share> adhoc_pool::find(std::uint64_t number) {
  for (auto& x : entries_)
    if (x.number == number)
      return lend(x);
  return std::nullopt;
}

void adhoc_pool::give_back(std::uint64_t number, time_point now) {
  for (auto& x : entries_) {
    if (x.number != number)
      continue; // It may be gone: not permitted any more.
    --x.shares;
    x.unwatched_since = now;
  }
}

void adhoc_pool::configure(std::shared_ptr<const config::wall> newer, time_point now) {
  if (newer->adhoc != configured_->adhoc) {
    rule_ = rule_of(newer->adhoc);
    for (const auto& x : entries_)
      hold_if_refused(x, now);
    entries_.clear();
    know_addresses();
  }
  configured_ = std::move(newer);
  changed_ = true;
}

void adhoc_pool::end_unwatched(time_point now) {
  auto latest = now - linger();
  auto ended = std::erase_if(entries_, [&](const entry& x) {
    if (x.shares > 0 || x.unwatched_since > latest)
      return false;
    hold_if_refused(x, now);
    spdlog::info("camera {}: ends, as nobody watches it any more", x.camera.id);
    return true;
  });
  if (ended == 0)
    return;
  know_addresses();
  changed_ = true;
}

std::optional<adhoc_pool::time_point> adhoc_pool::next_end() const {
  std::optional<time_point> out;
  for (const auto& x : entries_)
    if (auto end = x.unwatched_since + linger(); x.shares == 0 && (!out || end < *out))
      out = end;
  return out;
}

void adhoc_pool::close() {
  closed_ = true;
}

std::shared_ptr<const config::wall> adhoc_pool::compose() {
  changed_ = false;
  if (entries_.empty())
    return configured_;
  auto out = std::make_shared<config::wall>(*configured_);
  for (const auto& x : entries_)
    out->cameras.push_back(x.camera);
  return out;
}

adhoc_status adhoc_pool::status(time_point now, wall_time wall_now) const {
  auto out = counts_;
  out.enabled = configured_->adhoc.enabled;
  out.cameras_max = configured_->adhoc.cameras_max;
  out.logins_held = held_.size();
  for (const auto& x : entries_)
    out.cameras.push_back(
      {.id = x.camera.id,
       .host = x.login.host,
       .port = x.login.port,
       .viewers = x.shares,
       .since = wall_now - std::chrono::duration_cast<wall_time::duration>(now - x.since),
       .detail = {}});
  return out;
}

bool adhoc_pool::is_held(const login& x) const {
  return std::any_of(held_.begin(), held_.end(), [&](const auto& y) { return y.login == x; });
}

bool adhoc_pool::is_refused(const login& x) const {
  auto refused_now = [&](const entry& y) { return y.login == x && login_refused_(y.camera.id); };
  return is_held(x) || std::any_of(entries_.begin(), entries_.end(), refused_now);
}

/// The other logins count at this host, in use or refused.
bool adhoc_pool::is_one_too_many(const login& x) const {
  std::set<std::pair<std::string_view, std::string_view>> others;
  auto look_at = [&](const login& y) {
    if (y.has_user && y != x && std::tie(y.host, y.port) == std::tie(x.host, x.port))
      others.emplace(y.user, y.password);
  };
  for (const auto& y : entries_)
    look_at(y.login);
  for (const auto& y : held_)
    look_at(y.login);
  return x.has_user && others.size() >= adhoc_limits::logins_per_host_max;
}

adhoc_pool::entry& adhoc_pool::begin(const config::camera_url& url, std::string complete,
                                     time_point now) {
  entry fresh{.camera = {},
              .login = login_of(url),
              .number = random_number(),
              .unwatched_since = {},
              .since = now};
  auto& camera = fresh.camera;
  camera.id = std::string{id_begin} + std::to_string(++last_id_);
  camera.label = camera.id;
  camera.url = std::move(complete);
  camera.password = url.password;
  camera.audio = false; // Its viewers get JPEGs.
  camera.start = config::start_mode::on_demand;
  camera.picture = configured_->defaults.values.picture;
  camera.source.file = "adhoc";
  camera.adhoc = true;
  entries_.push_back(std::move(fresh));
  know_addresses();
  changed_ = true;
  ++counts_.begun;
  auto& out = entries_.back();
  spdlog::info("camera {}: begun for a client that named {}:{}", out.camera.id, url.host, url.port);
  return out;
}

adhoc_pool::entry* adhoc_pool::find_entry(std::string_view complete) {
  auto known = finder_.find(complete);
  if (!known)
    return nullptr;
  auto found = std::find_if(entries_.begin(), entries_.end(),
                            [&](const auto& x) { return x.camera.id == known->camera; });
  return found == entries_.end() ? nullptr : &*found;
}

/// Somebody who names it again and again must not have it tried more often than one who stays.
void adhoc_pool::hold_if_refused(const entry& x, time_point now) {
  if (!login_refused_(x.camera.id) || is_held(x.login))
    return;
  if (held_.size() >= adhoc_limits::logins_held_max)
    held_.erase(held_.begin());
  auto hold = std::chrono::duration<double>(adhoc_limits::login_hold) / configured_->time_scale;
  held_.push_back({x.login, now + std::chrono::duration_cast<duration>(hold)});
  spdlog::info("camera {}: its login was refused and is not tried again for {:.0f} s", x.camera.id,
               hold.count());
}

void adhoc_pool::forget_logins(time_point now) {
  std::erase_if(held_, [&](const auto& x) { return x.until <= now; });
}

void adhoc_pool::know_addresses() {
  std::vector<config::camera> all;
  for (const auto& x : entries_)
    all.push_back(x.camera);
  finder_ = config::camera_finder{all};
}

adhoc_pool::duration adhoc_pool::linger() const {
  return std::max<duration>(adhoc_limits::unwatched_min,
                            std::chrono::duration_cast<duration>(configured_->deadlines.linger));
}

adhoc_pool::login adhoc_pool::login_of(const config::camera_url& url) {
  return {url.host, url.port, url.has_user, url.user, url.password};
}

adhoc_pool::share adhoc_pool::lend(entry& x) {
  ++x.shares;
  return {.stream = {x.camera.id, "main"}, .number = x.number};
}

} // namespace camwall::cli
