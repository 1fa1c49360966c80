#pragma once

#include "actors/reconnect_policy.hpp"
#include "config/schema.hpp"
#include "core/camera_order.hpp"
#include "core/event_history.hpp"
#include "core/wall_snapshot.hpp"
#include "media/worker_launcher.hpp"

#include <caf/actor.hpp>
#include <caf/allowed_unsafe_message_type.hpp>

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

// Everything that actors say to each other. All of it stays in this process, so nothing is
// serialized.
namespace camwall {

// -- down -----------------------------------------------------------------------------------------

/// A viewer wants this stream.
struct demand_stream {
  std::string camera;
  std::string stream;
};

/// An operator orders something of a camera and all its streams.
struct order_camera {
  camera_order what = camera_order::restart;
};

/// The gate lets the stream with this ticket connect.
struct slot_granted {
  std::uint64_t ticket = 0;
};

/// The gate does not let the stream with this ticket connect: its password was refused to others,
/// as often as it is worth.
struct slot_denied {
  std::uint64_t ticket = 0;
  time_point until;
};

/// A password that was refused is right after all: who waits because of that need not.
struct login_accepted {};

/// The configuration in force is another one: read it from the context.
struct config_changed {};

// -- up -------------------------------------------------------------------------------------------

struct ask_for_slot {
  std::uint64_t ticket = 0;
  std::string host;     ///< Host and port.
  std::string login;    ///< User information, host and port; empty without a user.
  bool insists = false; ///< An operator wants this try, whatever became of the login.
  bool urgent = false;
  bool long_dead = false;
  caf::actor from;
};

/// A camera let a stream in, or refused its password.
struct login_told {
  std::string login; ///< As in `ask_for_slot`; not empty.
  std::string by;    ///< The stream.
  bool accepted = false;
  time_point hold_until; ///< When the login is worth a try again that was refused too often.
  caf::actor from;
};

struct return_slot {
  std::uint64_t ticket = 0;
};

/// What the worker of try number `attempt` told.
struct worker_told {
  std::uint64_t attempt = 0;
  media::worker_event what;
};

/// A stream's state as its camera needs it.
struct stream_status {
  stream_snapshot stream;
  wall_time since;
  std::optional<wall_time> down_since; ///< As in `camera_snapshot`.
  camwall::reason reason = camwall::reason::none;
  std::string detail;
  std::uint32_t attempts = 0;
  std::optional<wall_time> next_try;
  double backoff_s = 0;
  std::vector<condition_snapshot> conditions;
  std::array<std::uint64_t, all_reasons.size()> restarts{};
  std::array<std::uint64_t, all_reasons.size()> connect_failures{};
};

struct camera_status {
  camera_snapshot camera;
};

/// For the camera's history.
struct event_happened {
  std::string camera;
  camera_event what;
};

/// What the worker that ended last had written to its stderr; belongs to the event of its end.
struct worker_last_words {
  std::string camera;
  std::string stream;
  std::vector<std::string> lines;
};

struct zygote_ended {
  std::string why;
};

// -- to anybody -----------------------------------------------------------------------------------

/// Whoever handles this lets go of the token: that shows that it is still at work.
struct still_there {
  std::shared_ptr<const void> token;
};

/// Whoever handles this writes down how many messages wait behind it.
struct measure_mailbox {
  std::shared_ptr<std::atomic<std::size_t>> depth;
};

// -- to oneself -----------------------------------------------------------------------------------

/// A deadline of the stream may have come.
struct wake {};

/// Say again how things stand: whoever listens may have been restarted.
struct announce {};

/// Publish what has changed.
struct publish_due {};

struct zygote_due {};

struct respawn_stream {
  std::string name;
};

} // namespace camwall

#define CAMWALL_LOCAL(type) CAF_ALLOW_UNSAFE_MESSAGE_TYPE(camwall::type)
CAMWALL_LOCAL(config_changed)
CAMWALL_LOCAL(demand_stream)
CAMWALL_LOCAL(order_camera)
CAMWALL_LOCAL(slot_granted)
CAMWALL_LOCAL(slot_denied)
CAMWALL_LOCAL(login_accepted)
CAMWALL_LOCAL(ask_for_slot)
CAMWALL_LOCAL(return_slot)
CAMWALL_LOCAL(login_told)
CAMWALL_LOCAL(worker_told)
CAMWALL_LOCAL(stream_status)
CAMWALL_LOCAL(camera_status)
CAMWALL_LOCAL(event_happened)
CAMWALL_LOCAL(worker_last_words)
CAMWALL_LOCAL(zygote_ended)
CAMWALL_LOCAL(still_there)
CAMWALL_LOCAL(measure_mailbox)
CAMWALL_LOCAL(wake)
CAMWALL_LOCAL(announce)
CAMWALL_LOCAL(publish_due)
CAMWALL_LOCAL(zygote_due)
CAMWALL_LOCAL(respawn_stream)
#undef CAMWALL_LOCAL
