#include "actors/root.hpp"

#include "actors/camera.hpp"
#include "actors/connect_gate.hpp"
#include "actors/login_book.hpp"
#include "actors/messages.hpp"
#include "actors/status_board.hpp"
#include "actors/supervisor.hpp"
#include "actors/zygote_keeper.hpp"

#include <caf/send.hpp>

#include <functional>
#include <map>
#include <set>

namespace camwall {

namespace {

constexpr std::size_t root_restarts_max = 10;

/// The gate as an actor: keeps who asked, and takes back the slots of those that end.
struct gate_state {
  explicit gate_state(caf::event_based_actor* selfptr) : self(selfptr) {
    // nop
  }

  caf::behavior make_behavior(std::shared_ptr<const wall_context> ctx) {
    context = std::move(ctx);
    gate.emplace(limits());
    self->set_down_handler([this](caf::down_msg& msg) { on_down(msg); });
    return {
      [this](ask_for_slot& msg) {
        if (!askers.contains(msg.ticket)) // Else asked again because the answer takes long.
          take_question(msg);
      },
      [this](const login_told& msg) {
        if (msg.accepted)
          accept(msg);
        else
          refuse(msg);
      },
      [this](const return_slot& msg) { give_back(msg.ticket); },
      [this](config_changed) { grant(gate->set_limits(limits())); },
      [](const still_there&) {
        // nop
      },
      [this](const measure_mailbox& msg) { *msg.depth = self->mailbox().size(); },
    };
  }

  connect_gate::limits limits() const {
    auto config = context->config.load();
    return {config->limits.connecting_max, config->limits.connecting_per_host_max};
  }

  void take_question(ask_for_slot& msg) {
    auto until = logins.held_until(msg.login, self->clock().now());
    if (until && !msg.insists)
      return deny(msg.ticket, msg.from, msg.login, *until);
    self->monitor(msg.from);
    askers[msg.ticket] = msg.from;
    auto unsure = logins.is_right(msg.login) ? std::string{} : std::move(msg.login);
    grant(gate->ask(msg.ticket, std::move(msg.host), std::move(unsure), msg.urgent, msg.long_dead));
  }

  void accept(const login_told& msg) {
    logins.accepted(msg.login, msg.by, self->clock().now());
    if (auto waiting = held_back.extract(msg.login); !waiting.empty())
      for (const auto& x : waiting.mapped())
        if (auto to = caf::actor_cast<caf::actor>(x); to && to != msg.from)
          self->send(to, login_accepted{});
    grant(gate->trust(msg.login));
  }

  void refuse(const login_told& msg) {
    auto now = self->clock().now();
    logins.refused(msg.login, msg.by, msg.hold_until, now);
    auto until = logins.held_until(msg.login, now);
    if (!until)
      return;
    hold_back(msg.login, msg.from);
    for (auto ticket : gate->turn_away(msg.login))
      if (auto asker = askers.extract(ticket); !asker.empty()) {
        self->demonitor(asker.mapped());
        deny(ticket, asker.mapped(), msg.login, *until);
      }
  }

  void deny(connect_gate::ticket ticket, const caf::actor& from, const std::string& login,
            time_point until) {
    hold_back(login, from);
    self->send(from, slot_denied{ticket, until});
  }

  void hold_back(const std::string& login, const caf::actor& who) {
    for (auto& [_, all] : held_back)
      std::erase_if(all, [](const auto& x) { return !caf::actor_cast<caf::actor>(x); });
    std::erase_if(held_back, [](const auto& x) { return x.second.empty(); });
    held_back[login].insert(who.address());
  }

  void give_back(connect_gate::ticket ticket) {
    if (auto i = askers.find(ticket); i != askers.end()) {
      self->demonitor(i->second);
      askers.erase(i);
    }
    grant(gate->give_back(ticket));
  }

  void on_down(const caf::down_msg& msg) {
    std::vector<connect_gate::ticket> lost;
    for (auto& [ticket, asker] : askers)
      if (asker.address() == msg.source)
        lost.push_back(ticket);
    for (auto ticket : lost)
      give_back(ticket);
  }

  void grant(const std::vector<connect_gate::ticket>& tickets) {
    for (auto ticket : tickets)
      if (auto i = askers.find(ticket); i != askers.end())
        self->send(i->second, slot_granted{ticket});
  }

  caf::event_based_actor* self;
  std::shared_ptr<const wall_context> context;
  std::optional<connect_gate> gate;
  std::map<connect_gate::ticket, caf::actor> askers;
  login_book logins;
  std::map<std::string, std::set<caf::actor_addr>> held_back; ///< By login.

  static inline const char* name = "connect_gate";
};

caf::behavior gate_actor(caf::stateful_actor<gate_state>* self,
                         std::shared_ptr<const wall_context> context) {
  return self->state.make_behavior(std::move(context));
}

std::vector<child_spec> camera_specs(const std::shared_ptr<const wall_context>& context) {
  std::vector<child_spec> out;
  auto plan = context->config.plan();
  for (const auto& x : plan->config->cameras)
    out.push_back({.id = x.id,
                   .start =
                     [context, x](caf::event_based_actor* parent) {
                       return caf::actor_cast<caf::actor>(
                         parent->spawn<caf::linked>(camera, context, x));
                     },
                   .version = plan->lives.at(x.id),
                   .gone =
                     [context, id = x.id] {
                       if (context->on_camera_ended)
                         context->on_camera_ended(id);
                     }});
  return out;
}

/// A child of the root that others find by `name`. Registered here and not by itself: others may
/// look for it before it runs for the first time.
child_spec named(std::string id, caf::atom_value name,
                 std::function<caf::actor(caf::event_based_actor*)> start) {
  return {.id = std::move(id),
          .start = [name, start = std::move(start)](caf::event_based_actor* parent) {
            auto child = start(parent);
            parent->system().registry().erase(name); // `put` does not replace an entry.
            parent->system().registry().put(name, caf::actor_cast<caf::strong_actor_ptr>(child));
            return child;
          }};
}

template <class Function>
auto spawner(Function function, const std::shared_ptr<const wall_context>& context) {
  return [function, context](caf::event_based_actor* parent) {
    return caf::actor_cast<caf::actor>(parent->spawn<caf::linked>(function, context));
  };
}

} // namespace

caf::actor spawn_root(caf::actor_system& system,
                      const std::shared_ptr<const wall_context>& context) {
  // The cameras are those of the instant in which their supervisor starts, also when it starts
  // again.
  auto cameras = [context](caf::event_based_actor* parent) {
    return caf::actor_cast<caf::actor>(
      parent->spawn<caf::linked>(supervisor, camera_specs(context), supervisor_options{}));
  };
  std::vector<child_spec> children{
    named("status_board", board_name, spawner(status_board, context)),
    named("connect_gate", gate_name, spawner(gate_actor, context)),
    named("zygote_keeper", zygote_name, spawner(zygote_keeper, context)),
    named("camera_supervisor", cameras_name, cameras),
  };
  return system.spawn(supervisor, std::move(children),
                      supervisor_options{.restarts_max = root_restarts_max});
}

void tell_config(caf::actor_system& system, const std::shared_ptr<const wall_context>& context) {
  // The board first: it hears of a new camera before that camera reports.
  for (auto name : {board_name, gate_name})
    if (auto x = find_actor(system, name))
      caf::anon_send(x, config_changed{});
  if (auto cameras = find_actor(system, cameras_name))
    caf::anon_send(cameras, replace_children{camera_specs(context)});
}

} // namespace camwall
