#include "actors/status_board.hpp"

#include "actors/camera.hpp"

#include <algorithm>

namespace camwall {

namespace {

constexpr std::chrono::milliseconds publish_period{50};

} // namespace

caf::behavior status_board_state::make_behavior(std::shared_ptr<const wall_context> ctx) {
  context = std::move(ctx);
  // After a restart the last snapshot is nearer to the truth than an empty wall.
  wall = *context->snapshots->load();
  if (wall.cameras.empty())
    for (const auto& x : context->config->cameras)
      wall.cameras.push_back(first_snapshot(x));
  publish();
  return {
    [this](camera_status& msg) {
      auto* known = find(msg.camera.id);
      if (known == nullptr)
        return;
      msg.camera.events = std::move(known->events);
      *known = std::move(msg.camera);
      publish_soon();
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
  event_history history{context->config->limits.events_max, known->events};
  change(history);
  known->events = history.list();
  publish_soon();
}

void status_board_state::publish_soon() {
  if (!std::exchange(due, true))
    self->delayed_send(self, publish_period, publish_due{});
}

void status_board_state::publish() {
  context->snapshots->publish(std::make_shared<const wall_snapshot>(wall));
}

caf::behavior status_board(caf::stateful_actor<status_board_state>* self,
                           std::shared_ptr<const wall_context> context) {
  return self->state.make_behavior(std::move(context));
}

} // namespace camwall
