#include "cli/compat_listeners.hpp"

#include "core/redact.hpp"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <future>
#include <utility>

namespace camwall::cli {

namespace {

http::role role_of(config::compat_role x) {
  switch (x) {
    case config::compat_role::viewer:
      return http::role::viewer;
    case config::compat_role::operator_:
      return http::role::operator_;
    case config::compat_role::administrator:
      return http::role::administrator;
  }
  return http::role::none;
}

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

compat_listeners::compat_listeners(std::shared_ptr<const config::wall> config)
  : config_(std::move(config)), finder_(config_->cameras) {
  // nop
}

std::string compat_listeners::load_ids() {
  std::vector<std::string> cameras;
  for (const auto& x : config_->cameras)
    cameras.push_back(x.id);
  auto loaded = http::compat_ids::load(config_->state_dir / "compat_ids.json", cameras);
  if (!loaded)
    return std::move(loaded.error());
  if (!loaded->warning.empty())
    spdlog::warn("{}", loaded->warning);
  ids_ = std::move(loaded->ids);
  return {};
}

std::string compat_listeners::shown_url(std::string_view camera) const {
  auto found = std::find_if(config_->cameras.begin(), config_->cameras.end(),
                            [&](const auto& x) { return x.id == camera; });
  return found == config_->cameras.end() ? std::string{} : redact(found->url);
}

http::compat_services compat_listeners::compat_services() const {
  return {.find_stream = [this](std::string_view url) { return finder_.find(url); },
          .shown_url = [this](std::string_view camera) { return shown_url(camera); },
          .ids = &ids_};
}

std::string compat_listeners::start(const http::wall_services& services,
                                    const http::listen_options& listen,
                                    http::http_observer& observer) {
  if (config_->compat.empty())
    return {};
  if (auto error = load_ids(); !error.empty())
    return error;
  for (const auto& x : config_->compat) {
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
