#include "cli/compat_listeners.hpp"

#include "cli/access_wiring.hpp"
#include "core/redact.hpp"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <future>
#include <utility>

namespace camwall::cli {

namespace {

constexpr auto ids_file = "compat_ids.json";

/// The limits are those of the main listener, each for itself; one thread of each sort is enough.
http::compat_options options_of(const config::compat_listener& x, http::listen_options listen) {
  listen.address = x.address;
  listen.port = x.port;
  listen.reactors = 1;
  listen.websocket_loops = 1;
  return {.profile = x.profile,
          .listen = std::move(listen),
          .role = role_of(x.role),
          .allow = x.allow,
          .grid = x.grid};
}

} // namespace

compat_listeners::known_cameras::known_cameras(std::shared_ptr<const config::wall> x)
  : config(std::move(x)), finder(config->cameras) {
  // nop
}

compat_listeners::compat_listeners(std::shared_ptr<const config::wall> config)
  : first_(std::move(config)), known_(std::make_shared<const known_cameras>(first_)) {
  // nop
}

void compat_listeners::open_to(adhoc_cameras& adhoc, const snapshot_cell& with_adhoc) {
  adhoc_ = &adhoc;
  with_adhoc_ = &with_adhoc;
}

std::shared_ptr<const compat_listeners::known_cameras> compat_listeners::known() const {
  std::lock_guard guard{mutex_};
  return known_;
}

std::vector<std::string> compat_listeners::ids_of(const config::wall& x) {
  std::vector<std::string> out;
  for (const auto& camera : x.cameras)
    out.push_back(camera.id);
  return out;
}

std::string compat_listeners::load_ids() {
  auto loaded = http::compat_ids::load(first_->state_dir / ids_file, ids_of(*first_));
  if (!loaded)
    return std::move(loaded.error());
  if (!loaded->warning.empty())
    spdlog::warn("{}", loaded->warning);
  ids_ = std::move(loaded->ids);
  return {};
}

void compat_listeners::take(std::shared_ptr<const config::wall> newer) {
  if (servers_.empty())
    return;
  if (auto error = ids_.extend(first_->state_dir / ids_file, ids_of(*newer)); !error.empty())
    spdlog::error("new cameras have no ids for clients of the compatibility listeners: {}", error);
  auto fresh = std::make_shared<const known_cameras>(std::move(newer));
  std::lock_guard guard{mutex_};
  known_.swap(fresh);
}

std::string compat_listeners::shown_url(std::string_view camera) const {
  auto now = known();
  const auto& all = now->config->cameras;
  auto found = std::find_if(all.begin(), all.end(), [&](const auto& x) { return x.id == camera; });
  return found == all.end() ? std::string{} : redact(found->url);
}

http::compat_services compat_listeners::compat_services() const {
  http::compat_services out{
    .find_stream = [this](std::string_view url) { return known()->finder.find(url); },
    .open_adhoc = {},
    .find_adhoc = {},
    .with_adhoc = with_adhoc_,
    .shown_url = [this](std::string_view camera) { return shown_url(camera); },
    .ids = &ids_};
  if (adhoc_ != nullptr) {
    out.open_adhoc = [from = adhoc_](std::string_view url, http::role who) {
      return from->open(url, who);
    };
    out.find_adhoc = [from = adhoc_](std::uint64_t number) { return from->find(number); };
  }
  return out;
}

std::string compat_listeners::start(const http::wall_services& services,
                                    const http::listen_options& listen,
                                    http::http_observer& observer) {
  if (first_->compat.empty())
    return {};
  if (auto error = load_ids(); !error.empty())
    return error;
  for (const auto& x : first_->compat) {
    auto started =
      http::compat_server::start(options_of(x, listen), services, compat_services(), observer);
    if (!started)
      return "compat " + std::string{to_string(x.profile)} + ": " + started.error();
    spdlog::info("clients of {} on http://{}:{}/", to_string(x.profile), x.address,
                 (*started)->port());
    servers_.push_back(std::move(*started));
  }
  return {};
}

/// Each waits a moment for its clients' farewells: at the same time, or eight of them would take
/// eight moments.
void compat_listeners::stop() {
  std::vector<std::future<void>> ends;
  for (auto& x : servers_)
    ends.push_back(std::async([&x] { x->stop(); })); // Without a thread to spare: when waited for.
  for (auto& x : ends)
    x.get();
}

} // namespace camwall::cli
