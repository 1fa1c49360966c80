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
      auto i = std::find_if(wall.cameras.begin(), wall.cameras.end(),
                            [&](const auto& x) { return x.id == msg.camera.id; });
      if (i == wall.cameras.end())
        return;
      *i = std::move(msg.camera);
      if (!std::exchange(due, true))
        self->delayed_send(self, publish_period, publish_due{});
    },
    [this](publish_due) {
      due = false;
      publish();
    },
  };
}

void status_board_state::publish() {
  context->snapshots->publish(std::make_shared<const wall_snapshot>(wall));
}

caf::behavior status_board(caf::stateful_actor<status_board_state>* self,
                           std::shared_ptr<const wall_context> context) {
  return self->state.make_behavior(std::move(context));
}

} // namespace camwall
