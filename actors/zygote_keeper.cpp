#include "actors/zygote_keeper.hpp"

#include <spdlog/spdlog.h>

#include <algorithm>

namespace camwall {

namespace {

using namespace std::chrono_literals;

constexpr duration wait_step = 100ms;
constexpr duration wait_max = 5s;
constexpr duration stable_after = 30s;

} // namespace

caf::behavior zygote_keeper_state::make_behavior(std::shared_ptr<const wall_context> ctx) {
  context = std::move(ctx);
  started = self->clock().now();
  context->start_zygote(); // Does nothing when one runs.
  return {
    [this](const zygote_ended& msg) {
      auto now = self->clock().now();
      if (now - started >= stable_after)
        ends = 0;
      auto wait =
        ends == 0 ? duration::zero() : std::min(wait_max, wait_step * (1 << std::min(ends, 10u)));
      ++ends;
      spdlog::error("{}; a new one starts in {} ms", msg.why,
                    std::chrono::duration_cast<std::chrono::milliseconds>(wait).count());
      self->delayed_send(self, wait, zygote_due{});
    },
    [](const still_there&) {
      // nop
    },
    [this](const measure_mailbox& msg) { *msg.depth = self->mailbox().size(); },
    [this](zygote_due) {
      started = self->clock().now();
      context->start_zygote();
    },
  };
}

caf::behavior zygote_keeper(caf::stateful_actor<zygote_keeper_state>* self,
                            std::shared_ptr<const wall_context> context) {
  return self->state.make_behavior(std::move(context));
}

} // namespace camwall
