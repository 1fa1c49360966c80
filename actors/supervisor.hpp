#pragma once

#include "actors/reconnect_policy.hpp"

#include <caf/actor.hpp>
#include <caf/allowed_unsafe_message_type.hpp>
#include <caf/behavior.hpp>
#include <caf/error.hpp>
#include <caf/event_based_actor.hpp>
#include <caf/stateful_actor.hpp>

#include <deque>
#include <functional>
#include <map>
#include <string>
#include <vector>

namespace camwall {

/// How to start one child. `start` spawns the actor linked to `parent`.
struct child_spec {
  std::string id;
  std::function<caf::actor(caf::event_based_actor* parent)> start;

  /// Of two children with the same id, another version is another child.
  std::uint64_t version = 0;

  /// Called when a child that had to leave has ended. Must not block; may be empty.
  std::function<void()> gone;
};

struct supervisor_options {
  duration restart_wait_min = std::chrono::milliseconds{100};
  duration restart_wait_max = std::chrono::seconds{30};
  duration stable_after = std::chrono::seconds{60}; ///< A life this long forgives earlier ends.

  /// More ends of children than this within `restarts_period` end the supervisor itself; 0: it
  /// never gives up.
  std::size_t restarts_max = 0;
  duration restarts_period = std::chrono::minutes{1};

  /// Children that were told to end and have not by then are left behind. There is no way to do
  /// more: a child that hangs in a handler hears nothing, and `exit_reason::kill` passes every exit
  /// handler and ends the whole chain of links.
  duration stop_deadline = std::chrono::seconds{2};

  /// A child that was told to leave and has not by then is told to exit, and after as long again it
  /// is left behind.
  duration leave_deadline = std::chrono::seconds{5};
};

/// To a supervisor: pass the message on to the child with this id.
struct to_child {
  std::string id;
  caf::message content;
};

/// To a supervisor: these are to be its children. Those that it has already, in the same version,
/// stay; the others are told to leave, and only when all of them have ended do the new ones start:
/// what two children share, such as a camera that admits one client, is never used twice.
struct replace_children {
  std::vector<child_spec> wanted;
};

/// From a supervisor to a child: finish in an orderly way and quit.
struct leave {};

struct leave_overdue {
  std::string id;
  std::uint64_t life = 0;
  bool told_to_exit = false;
};

struct child_due {
  std::string id;
  std::uint64_t life = 0;
};

struct stop_overdue {};

/// Runs children one-for-one (OTP): a child that ends for whatever reason comes back after a
/// growing wait, and the others do not notice. When the supervisor is told to exit it ends its
/// children first.
struct supervisor_state {
  explicit supervisor_state(caf::event_based_actor* selfptr) : self(selfptr) {
    // nop
  }

  caf::behavior make_behavior(std::vector<child_spec> specs, supervisor_options opts);

  struct child {
    child_spec spec;
    caf::actor handle; ///< Null while it waits for its restart.
    time_point started;
    std::uint64_t life = 0; ///< Makes timers of an earlier life harmless.
    std::uint32_t ends = 0;
    bool leaving = false;
  };

  void start(child& x);
  void add(child_spec spec);
  void replace(std::vector<child_spec> wanted);
  void tell_to_leave(child& x);
  void on_leave_overdue(const leave_overdue& msg);
  void on_left(const std::string& id);
  void start_arriving();
  void on_exit(const caf::exit_msg& msg);
  void on_child_end(child& x, const caf::error& why);
  bool too_many_ends();
  void begin_stop(const caf::error& why);
  void finish_stop();

  caf::event_based_actor* self;
  supervisor_options options;
  std::map<std::string, child> children;
  std::vector<child_spec> arriving; ///< They start when nobody is leaving any more.
  std::uint64_t last_life = 0;
  std::deque<time_point> ends;
  bool stopping = false;
  caf::error stop_reason;

  static inline const char* name = "supervisor";
};

caf::behavior supervisor(caf::stateful_actor<supervisor_state>* self, std::vector<child_spec> specs,
                         supervisor_options options);

} // namespace camwall

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(camwall::to_child)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(camwall::replace_children)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(camwall::leave)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(camwall::leave_overdue)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(camwall::child_due)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(camwall::stop_overdue)
