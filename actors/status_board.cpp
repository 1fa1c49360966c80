#include "actors/status_board.hpp"

#include "actors/camera.hpp"

#include <algorithm>
#include <set>
#include <string_view>
#include <utility>
#include <vector>

namespace camwall {

namespace {

constexpr std::chrono::milliseconds publish_period{50};

} // namespace

caf::behavior status_board_state::make_behavior(std::shared_ptr<const wall_context> ctx) {
  context = std::move(ctx);
  // After a restart the last snapshot is nearer to the truth than an empty wall.
  wall = *(context->with_adhoc != nullptr ? context->with_adhoc : context->snapshots)->load();
  plan = context->config.plan();
  arrange(plan->lives);
  publish();
  return {
    [this](camera_status& msg) {
      auto* known = find(msg.camera.id);
      if (known == nullptr)
        return;
      msg.camera.events = std::move(known->events);
      take_labels(*known, msg.camera);
      *known = std::move(msg.camera);
      publish_soon();
    },
    [this](config_changed) {
      auto before = std::exchange(plan, context->config.plan());
      arrange(before->lives);
      publish();
    },
    [this](event_happened& msg) {
      remember(msg.camera, [&](event_history& x) { x.add(std::move(msg.what)); });
    },
    [this](worker_last_words& msg) {
      remember(msg.camera,
               [&](event_history& x) { x.add_last_words(msg.stream, std::move(msg.lines)); });
    },
    [](const still_there&) {
      // nop
    },
    [this](const measure_mailbox& msg) { *msg.depth = self->mailbox().size(); },
    [this](publish_due) {
      due = false;
      publish();
    },
  };
}

/// How a camera is called is the configuration's matter, not the camera's.
void status_board_state::take_labels(const camera_snapshot& from, camera_snapshot& into) {
  into.label = from.label;
  into.group = from.group;
  into.source = from.source;
  into.read_only = from.read_only;
}

void status_board_state::arrange(const std::map<std::string, std::uint64_t>& lives_before) {
  std::vector<camera_snapshot> arranged;
  for (const auto& x : plan->config->cameras) {
    auto fresh = first_snapshot(x);
    if (auto* known = find(x.id); known != nullptr) {
      auto before = lives_before.find(x.id);
      if (before != lives_before.end() && before->second == plan->lives.at(x.id)) {
        take_labels(fresh, *known);
        fresh = std::move(*known);
      } else {
        event_history history{plan->config->limits.events_max, known->events};
        history.add({.at = std::chrono::system_clock::now(),
                     .stream = fresh.grid_stream,
                     .before = known->phase,
                     .after = fresh.phase,
                     .order = "reload"});
        fresh.events = history.list();
      }
    }
    arranged.push_back(std::move(fresh));
  }
  wall.cameras = std::move(arranged);
}

camera_snapshot* status_board_state::find(const std::string& id) {
  auto i = std::find_if(wall.cameras.begin(), wall.cameras.end(),
                        [&](const auto& x) { return x.id == id; });
  return i == wall.cameras.end() ? nullptr : &*i;
}

template <class Change>
void status_board_state::remember(const std::string& camera, Change change) {
  auto* known = find(camera);
  if (known == nullptr)
    return;
  event_history history{plan->config->limits.events_max, known->events};
  change(history);
  known->events = history.list();
  publish_soon();
}

void status_board_state::publish_soon() {
  if (!std::exchange(due, true))
    self->delayed_send(self, publish_period, publish_due{});
}

/// Cameras that nobody configured are in a snapshot of its own, so that nobody is shown them who
/// was not meant: no list, page, metric or file has to leave them out by itself.
void status_board_state::publish() {
  auto all = std::make_shared<const wall_snapshot>(wall);
  auto configured = all;
  std::set<std::string_view> hidden;
  for (const auto& x : plan->config->cameras)
    if (x.adhoc)
      hidden.insert(x.id);
  if (!hidden.empty()) {
    auto fewer = wall;
    std::erase_if(fewer.cameras, [&](const auto& x) { return hidden.contains(x.id); });
    configured = std::make_shared<const wall_snapshot>(std::move(fewer));
  }
  context->snapshots->publish(std::move(configured));
  if (context->with_adhoc != nullptr)
    context->with_adhoc->publish(std::move(all));
}

caf::behavior status_board(caf::stateful_actor<status_board_state>* self,
                           std::shared_ptr<const wall_context> context) {
  return self->state.make_behavior(std::move(context));
}

} // namespace camwall
