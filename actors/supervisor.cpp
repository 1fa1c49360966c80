#include "actors/supervisor.hpp"

#include "actors/messages.hpp"

#include <caf/send.hpp>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <set>
#include <utility>

namespace camwall {

caf::behavior supervisor_state::make_behavior(std::vector<child_spec> specs,
                                              supervisor_options opts) {
  options = opts;
  self->set_exit_handler([this](caf::exit_msg& msg) { on_exit(msg); });
  for (auto& spec : specs)
    add(std::move(spec));
  return {
    [this](const to_child& msg) {
      if (auto i = children.find(msg.id); i != children.end() && i->second.handle)
        self->send(i->second.handle, msg.content);
    },
    [this](const child_due& msg) {
      auto i = children.find(msg.id);
      if (!stopping && i != children.end() && !i->second.handle && i->second.life == msg.life)
        start(i->second);
    },
    [this](replace_children& msg) { replace(std::move(msg.wanted)); },
    [this](const leave_overdue& msg) { on_leave_overdue(msg); },
    [](const still_there&) {
      // nop
    },
    [this](const measure_mailbox& msg) { *msg.depth = self->mailbox().size(); },
    [this](stop_overdue) {
      spdlog::error("a child did not end in time");
      self->quit(stop_reason);
    },
  };
}

void supervisor_state::add(child_spec spec) {
  auto id = spec.id;
  auto [i, added] = children.try_emplace(id, child{.spec = std::move(spec)});
  if (added)
    start(i->second);
}

void supervisor_state::start(child& x) {
  x.life = ++last_life;
  x.started = self->clock().now();
  x.handle = x.spec.start(self);
}

void supervisor_state::replace(std::vector<child_spec> wanted) {
  if (stopping)
    return;
  arriving.clear();
  std::set<std::string> staying;
  for (auto& spec : wanted) {
    auto i = children.find(spec.id);
    auto stays =
      i != children.end() && !i->second.leaving && i->second.spec.version == spec.version;
    if (!stays) {
      arriving.push_back(std::move(spec));
      continue;
    }
    staying.insert(spec.id);
    i->second.spec = std::move(spec); // For when it has to be restarted.
  }
  std::vector<std::string> leaving;
  for (const auto& [id, x] : children)
    if (!x.leaving && !staying.contains(id))
      leaving.push_back(id);
  for (const auto& id : leaving)
    tell_to_leave(children.at(id));
  start_arriving();
}

void supervisor_state::tell_to_leave(child& x) {
  x.leaving = true;
  if (!x.handle)
    return on_left(std::string{x.spec.id});
  self->send(x.handle, leave{});
  self->delayed_send(self, options.leave_deadline, leave_overdue{x.spec.id, x.life});
}

void supervisor_state::on_leave_overdue(const leave_overdue& msg) {
  auto i = children.find(msg.id);
  if (stopping || i == children.end() || i->second.life != msg.life)
    return;
  auto& x = i->second;
  spdlog::error("{} did not leave in time; it is {}", msg.id,
                msg.told_to_exit ? "left behind" : "told to exit");
  if (msg.told_to_exit) {
    self->unlink_from(x.handle);
    return on_left(msg.id);
  }
  caf::anon_send_exit(x.handle, caf::exit_reason::user_shutdown);
  self->delayed_send(self, options.leave_deadline, leave_overdue{msg.id, msg.life, true});
}

void supervisor_state::on_left(const std::string& id) {
  auto gone = std::move(children.at(id).spec.gone);
  children.erase(id);
  if (gone)
    gone();
  start_arriving();
}

void supervisor_state::start_arriving() {
  auto somebody_leaves =
    std::any_of(children.begin(), children.end(), [](const auto& x) { return x.second.leaving; });
  if (somebody_leaves)
    return;
  for (auto& spec : std::exchange(arriving, {}))
    add(std::move(spec));
}

void supervisor_state::on_exit(const caf::exit_msg& msg) {
  auto i = std::find_if(children.begin(), children.end(), [&](const auto& x) {
    return x.second.handle && x.second.handle.address() == msg.source;
  });
  if (i != children.end())
    on_child_end(i->second, msg.reason);
  else if (msg.reason)
    begin_stop(msg.reason);
}

void supervisor_state::on_child_end(child& x, const caf::error& why) {
  x.handle = nullptr;
  if (stopping)
    return finish_stop();
  if (x.leaving)
    return on_left(std::string{x.spec.id});
  auto now = self->clock().now();
  if (now - x.started >= options.stable_after)
    x.ends = 0;
  auto wait =
    std::min(options.restart_wait_max, options.restart_wait_min * (1 << std::min(x.ends, 16u)));
  ++x.ends;
  spdlog::error("{} ended ({}); restarted in {} ms", x.spec.id, self->system().render(why),
                std::chrono::duration_cast<std::chrono::milliseconds>(wait).count());
  if (too_many_ends()) {
    spdlog::critical(
      "{} children ended within {} s; giving up", ends.size(),
      std::chrono::duration_cast<std::chrono::seconds>(options.restarts_period).count());
    return begin_stop(why ? why : caf::error{caf::exit_reason::unhandled_exception});
  }
  self->delayed_send(self, wait, child_due{x.spec.id, x.life});
}

bool supervisor_state::too_many_ends() {
  if (options.restarts_max == 0)
    return false;
  auto now = self->clock().now();
  ends.push_back(now);
  while (ends.front() + options.restarts_period <= now)
    ends.pop_front();
  return ends.size() > options.restarts_max;
}

void supervisor_state::begin_stop(const caf::error& why) {
  if (stopping)
    return;
  stopping = true;
  stop_reason = why;
  // Not self->send_exit: to a linked child it drops the link first, and its end would never be
  // heard of.
  for (auto& [id, x] : children)
    if (x.handle)
      caf::anon_send_exit(x.handle, caf::exit_reason::user_shutdown);
  self->delayed_send(self, options.stop_deadline, stop_overdue{});
  finish_stop();
}

void supervisor_state::finish_stop() {
  auto alive = std::any_of(children.begin(), children.end(),
                           [](const auto& x) { return x.second.handle != nullptr; });
  if (!alive)
    self->quit(stop_reason);
}

caf::behavior supervisor(caf::stateful_actor<supervisor_state>* self, std::vector<child_spec> specs,
                         supervisor_options options) {
  self->set_exception_handler([](caf::scheduled_actor*, std::exception_ptr& x) -> caf::error {
    try {
      std::rethrow_exception(x);
    } catch (const std::exception& e) {
      spdlog::error("supervisor: {}", e.what());
    } catch (...) {
      spdlog::error("supervisor: unknown exception");
    }
    return caf::exit_reason::unhandled_exception;
  });
  return self->state.make_behavior(std::move(specs), options);
}

} // namespace camwall
