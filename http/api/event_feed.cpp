#include "http/api/event_feed.hpp"

#include "core/wall_json.hpp"
#include "http/live/camera_board.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <charconv>
#include <unordered_map>

namespace camwall::http {

namespace {

using json = nlohmann::ordered_json;

constexpr std::size_t event_bytes = 128; // What one takes besides its text.

std::string text_of(const json& x) {
  return x.dump(-1, ' ', false, json::error_handler_t::replace);
}

std::string begin_of_epoch() {
  auto now = std::chrono::system_clock::now().time_since_epoch();
  return std::to_string(std::chrono::duration_cast<std::chrono::milliseconds>(now).count());
}

template <class Cameras>
auto by_id(const Cameras& cameras) {
  std::unordered_map<std::string_view, decltype(&cameras.front())> out;
  for (const auto& x : cameras)
    out.emplace(x.id, &x);
  return out;
}

} // namespace

event_feed::event_feed(const wall_services& services, event_limits limits)
  : services_(services), limits_(limits), epoch_(begin_of_epoch()) {
  // nop
}

void event_feed::refresh() {
  auto wall = services_.wall->load();
  auto* catalogue = services_.catalogue;
  auto configured = catalogue != nullptr ? catalogue->cameras() : nullptr;
  auto reload = catalogue != nullptr ? catalogue->last_reload() : nullptr;
  std::lock_guard guard{mutex_};
  if (begun_) {
    if (configured_ && configured != configured_)
      compare(*configured_, *configured);
    if (reload && reload != reload_ && !reload->successful)
      tell(*reload);
    if (wall != wall_)
      compare(*wall_, *wall);
  }
  begun_ = true;
  wall_ = std::move(wall);
  configured_ = std::move(configured);
  reload_ = std::move(reload);
}

void event_feed::compare(const wall_snapshot& before, const wall_snapshot& now) {
  auto known = by_id(before.cameras);
  for (const auto& x : now.cameras) {
    auto old = known.find(x.id);
    if (old == known.end() || differs(*old->second, x))
      add({.name = "camera", .camera = x.id, .group = x.group, .data = to_json(x)});
    known.erase(x.id);
  }
  for (const auto& [id, gone] : known)
    add({.name = "camera_removed",
         .camera = gone->id,
         .group = gone->group,
         .data = text_of({{"id", gone->id}})});
}

void event_feed::compare(const configured_wall& before, const configured_wall& now) {
  json added = json::array();
  json changed = json::array();
  json removed = json::array();
  auto known = by_id(before.cameras);
  for (const auto& x : now.cameras) {
    auto old = known.find(x.id);
    if (old == known.end())
      added.push_back(x.id);
    else if (old->second->etag != x.etag)
      changed.push_back(x.id);
  }
  auto still = by_id(now.cameras);
  for (const auto& x : before.cameras)
    if (!still.contains(x.id))
      removed.push_back(x.id);
  if (added.empty() && changed.empty() && removed.empty() && before.generation == now.generation)
    return;
  add({.name = "configuration",
       .needs = action::view_configuration,
       .camera = {},
       .group = {},
       .data = text_of({{"generation", now.generation},
                        {"added", std::move(added)},
                        {"changed", std::move(changed)},
                        {"removed", std::move(removed)}})});
}

void event_feed::tell(const reload_outcome& x) {
  add({.name = "reload_failed",
       .needs = action::view_configuration,
       .camera = {},
       .group = {},
       .data = text_of({{"at", rfc3339(x.at)}, {"code", x.why.code}, {"detail", x.why.detail}})});
}

void event_feed::add(event x) {
  x.number = ++newest_;
  bytes_ += x.data.size() + event_bytes;
  events_.push_back(std::move(x));
  while (events_.size() > limits_.events_max ||
         (bytes_ > limits_.bytes_max && events_.size() > 1)) {
    bytes_ -= events_.front().data.size() + event_bytes;
    events_.pop_front();
  }
}

std::string event_feed::id_of(std::uint64_t number) const {
  return epoch_ + '-' + std::to_string(number);
}

std::uint64_t event_feed::newest() const {
  std::lock_guard guard{mutex_};
  return newest_;
}

event_feed::position event_feed::resume(std::string_view id) const {
  std::lock_guard guard{mutex_};
  position out{newest_, false};
  if (!id.starts_with(epoch_) || !id.substr(epoch_.size()).starts_with('-'))
    return out;
  auto digits = id.substr(epoch_.size() + 1);
  std::uint64_t number = 0;
  auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), number);
  auto oldest = events_.empty() ? newest_ + 1 : events_.front().number;
  if (error == std::errc{} && end == digits.data() + digits.size() && number <= newest_ &&
      number + 1 >= oldest)
    out = {number, true};
  return out;
}

std::optional<std::deque<event_feed::event>> event_feed::after(std::uint64_t number,
                                                               std::size_t bytes_max) const {
  std::lock_guard guard{mutex_};
  std::deque<event> out;
  if (number >= newest_)
    return out;
  if (number + 1 < events_.front().number)
    return std::nullopt;
  std::size_t bytes = 0;
  for (auto i = number + 1 - events_.front().number; i < events_.size(); ++i) {
    bytes += events_[i].data.size();
    if (!out.empty() && bytes > bytes_max)
      break;
    out.push_back(events_[i]);
  }
  return out;
}

bool event_feed::enter() {
  std::lock_guard guard{mutex_};
  if (streams_ == limits_.streams_max)
    return false;
  ++streams_;
  return true;
}

void event_feed::leave() {
  std::lock_guard guard{mutex_};
  --streams_;
}

} // namespace camwall::http
