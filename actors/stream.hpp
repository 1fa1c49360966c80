#pragma once

#include "actors/context.hpp"
#include "actors/messages.hpp"
#include "actors/stream_machine.hpp"
#include "actors/stream_signs.hpp"
#include "actors/transport_choice.hpp"

#include <caf/behavior.hpp>
#include <caf/event_based_actor.hpp>
#include <caf/stateful_actor.hpp>
#include <spdlog/common.h>

#include <memory>
#include <optional>
#include <string>

namespace camwall {

/// One stream of a camera: owns at most one worker and does what its stream_machine says. Reports
/// to its camera.
struct stream_state {
  explicit stream_state(caf::event_based_actor* selfptr) : self(selfptr) {
    // nop
  }

  caf::behavior make_behavior(std::shared_ptr<const wall_context> ctx, config::camera cam,
                              std::string stream_name, bool on_demand, caf::actor camera_actor);

  /// Runs one input through the machine, does what it says, and reports what changed.
  template <class Input>
  void step(Input input);

  stream_acts demanded(time_point now);
  void perform(stream_act act);
  void ask_gate();
  void denied(const slot_denied& msg);
  void tell_login(bool accepted);
  void launch();
  void note(const media::worker_event& what);
  void observe_transition(phase before, bool failed_now, std::optional<time_point> last_unit,
                          time_point now);
  void tell_history(camera_event what, spdlog::level::level_enum level);
  void obey(camera_order what);
  bool tell_signs(time_point now);
  void report(bool changed);
  void arm();
  stream_status status() const;

  caf::event_based_actor* self;
  std::shared_ptr<const wall_context> context;
  config::camera camera;
  std::string stream_name;
  caf::actor parent;
  std::string host;  ///< Host and port, for the gate.
  std::string login; ///< As in `ask_for_slot`.
  std::optional<stream_machine> machine;
  std::optional<stream_place> place;
  stream_signs signs;
  std::optional<transport_choice> transport;
  media::worker_handle_ptr worker;
  std::uint64_t attempt = 0;
  std::uint64_t ticket = 0;
  bool urgent = false;  ///< How the ticket was asked for.
  bool insists = false; ///< An operator ordered the try that comes next.
  bool leaving = false; ///< Quits when its worker has ended.

  stream_snapshot facts;              ///< Sums include all workers before the present one.
  media::progress last_progress;      ///< Of the present worker.
  media::picture_judged last_verdict; ///< The same.
  wall_time since;
  std::optional<wall_time> down_since; ///< As in `camera_snapshot`.
  time_point launched_at;
  std::optional<time_point> fault_at;
  time_point reported_at;
  std::optional<time_point> armed_for;

  static inline const char* name = "stream";
};

caf::behavior stream(caf::stateful_actor<stream_state>* self,
                     std::shared_ptr<const wall_context> context, config::camera camera,
                     std::string stream_name, bool on_demand, caf::actor parent);

} // namespace camwall
