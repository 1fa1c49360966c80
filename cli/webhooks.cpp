#include "cli/webhooks.hpp"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <exception>
#include <utility>

namespace camwall::cli {

webhooks::webhooks(parts x) : parts_(std::move(x)) {
  // nop
}

webhooks::~webhooks() {
  stop();
}

void webhooks::take(const config::wall& newer) {
  std::vector<entry> old;
  {
    std::lock_guard guard{mutex_};
    old.swap(entries_);
    for (const auto& x : newer.webhooks) {
      auto same = std::find_if(old.begin(), old.end(), [&](const auto& y) {
        return y.is && y.what == x && y.time_scale == newer.time_scale;
      });
      entries_.push_back(same == old.end() ? begin(x, newer.time_scale)
                                           : std::exchange(*same, entry{}));
    }
  }
  // Each is told before the first is waited for.
  for (const auto& x : old)
    if (x.is)
      x.is->stop();
}

void webhooks::stop() {
  take({});
}

webhooks::entry webhooks::begin(const config::webhook& x, double time_scale) const {
  entry out{.what = x, .time_scale = time_scale, .is = nullptr};
  try {
    out.is = std::make_unique<http::webhook>(
      http::webhook_options{
        .name = x.name,
        .receiver = {.url = x.url, .ca_file = x.ca_file.string()},
        .secret = x.secret,
        .filter = {.events = x.events,
                   .groups = x.groups,
                   .after = std::chrono::duration_cast<std::chrono::milliseconds>(x.after),
                   .resolved = x.resolved},
        .version = parts_.version,
        .build = parts_.build,
        .time_scale = time_scale},
      http::webhook_sources{.wall = parts_.wall,
                            .last_reload = parts_.last_reload,
                            .log = [](const std::string& line) { spdlog::warn("{}", line); }});
  } catch (const std::exception& error) {
    spdlog::error("webhook {} cannot begin: {}", x.name, error.what());
  }
  return out;
}

std::vector<webhook_statistics> webhooks::statistics() const {
  std::vector<webhook_statistics> out;
  std::lock_guard guard{mutex_};
  for (const auto& x : entries_)
    if (x.is)
      out.push_back(x.is->statistics());
  return out;
}

} // namespace camwall::cli
