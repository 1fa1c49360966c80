#pragma once

#include "actors/context.hpp"
#include "actors/messages.hpp"

#include <caf/behavior.hpp>
#include <caf/event_based_actor.hpp>
#include <caf/stateful_actor.hpp>

#include <map>
#include <memory>
#include <string>

namespace camwall {

/// Gathers what the cameras report, keeps the history of each, and publishes it as one immutable
/// snapshot, at most every 50 ms.
struct status_board_state {
  explicit status_board_state(caf::event_based_actor* selfptr) : self(selfptr) {
    // nop
  }

  caf::behavior make_behavior(std::shared_ptr<const wall_context> ctx);
  void publish();

  /// The cameras of the plan in its order: what is known of those that go on, and a fresh entry,
  /// with the history, of those that begin anew.
  void arrange(const std::map<std::string, std::uint64_t>& lives_before);
  static void take_labels(const camera_snapshot& from, camera_snapshot& into);
  void publish_soon();
  camera_snapshot* find(const std::string& id);

  /// Runs `change` on the history of a camera and shows the outcome.
  template <class Change>
  void remember(const std::string& camera, Change change);

  caf::event_based_actor* self;
  std::shared_ptr<const wall_context> context;
  std::shared_ptr<const wall_plan> plan;
  wall_snapshot wall;
  bool due = false;

  static inline const char* name = "status_board";
};

caf::behavior status_board(caf::stateful_actor<status_board_state>* self,
                           std::shared_ptr<const wall_context> context);

} // namespace camwall
