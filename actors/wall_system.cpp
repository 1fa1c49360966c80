#include "actors/wall_system.hpp"

#include "actors/context.hpp"
#include "actors/messages.hpp"
#include "actors/root.hpp"
#include "actors/supervisor.hpp"

#include <caf/actor_system_config.hpp>
#include <caf/send.hpp>

#include <algorithm>
#include <array>
#include <atomic>
#include <thread>

namespace camwall {

namespace {

constexpr std::array tree_names{board_name, gate_name, cameras_name, zygote_name};

using mailbox_counts = std::array<std::shared_ptr<std::atomic<std::size_t>>, tree_names.size()>;

mailbox_counts make_counts() {
  mailbox_counts out;
  for (auto& x : out)
    x = std::make_shared<std::atomic<std::size_t>>(0);
  return out;
}

struct caf_config : caf::actor_system_config {
  caf_config() {
    // Measured: idle, the default policy (stealing) costs half a percent of a core, this one
    // nothing.
    set("scheduler.policy", caf::atom("sharing"));
    set("scheduler.max-threads",
        static_cast<std::size_t>(std::max(2u, std::thread::hardware_concurrency())));
    set("logger.file-verbosity", caf::atom("quiet"));
    set("logger.console-verbosity", caf::atom("quiet"));
  }
};

} // namespace

struct wall_system::impl {
  explicit impl(wall_system::parts x)
    : in_force(std::move(x.config)),
      context(std::make_shared<wall_context>(wall_context{
        .config = in_force,
        .launcher = x.launcher,
        .snapshots = x.snapshots,
        .with_adhoc = x.with_adhoc,
        .metrics = x.metrics,
        .start_zygote = std::move(x.start_zygote),
        .on_camera_ended = std::move(x.on_camera_ended),
      })),
      on_end(std::move(x.on_end)),
      root(spawn_root(system, context)) {
    root->attach_functor([this] {
      if (!stopping && on_end)
        on_end();
    });
  }

  const mailbox_counts depths = make_counts();
  caf_config config;
  caf::actor_system system{config};
  config_in_force in_force;
  std::shared_ptr<const wall_context> context;
  std::function<void()> on_end;
  std::atomic<bool> stopping = false;
  caf::actor root;
};

wall_system::wall_system(parts x) : impl_(std::make_unique<impl>(std::move(x))) {
  // nop
}

wall_system::~wall_system() {
  stop();
}

void wall_system::demand(std::string_view camera, std::string_view stream) {
  if (!impl_)
    return;
  if (auto cameras = find_actor(impl_->system, cameras_name)) {
    demand_stream what{std::string{camera}, std::string{stream}};
    auto id = what.camera;
    caf::anon_send(cameras, to_child{std::move(id), caf::make_message(std::move(what))});
  }
}

void wall_system::order(std::string_view camera, camera_order what) {
  if (auto cameras = find_actor(impl_->system, cameras_name))
    caf::anon_send(cameras, to_child{std::string{camera}, caf::make_message(order_camera{what})});
}

void wall_system::take(std::shared_ptr<const config::wall> newer) {
  impl_->in_force.take(std::move(newer));
  tell_config(impl_->system, impl_->context);
}

void wall_system::check(const std::shared_ptr<const void>& token) {
  for (auto name : tree_names)
    if (auto x = find_actor(impl_->system, name))
      caf::anon_send(x, still_there{token});
}

wall_system::depths wall_system::mailbox_depths() {
  depths out;
  for (std::size_t i = 0; i < tree_names.size(); ++i) {
    const auto& depth = impl_->depths[i];
    out.emplace_back(to_string(tree_names[i]), *depth);
    // An actor that does not answer is asked no more than once.
    if (depth.use_count() == 1)
      if (auto x = find_actor(impl_->system, tree_names[i]))
        caf::anon_send(x, measure_mailbox{depth});
  }
  return out;
}

void wall_system::zygote_ended(std::string why) {
  if (!impl_)
    return;
  if (auto keeper = find_actor(impl_->system, zygote_name))
    caf::anon_send(keeper, camwall::zygote_ended{std::move(why)});
}

void wall_system::stop() {
  if (!impl_ || impl_->stopping.exchange(true))
    return;
  caf::anon_send_exit(impl_->root, caf::exit_reason::user_shutdown);
  impl_->root = nullptr;
  // Names keep their actors alive, and the actor system waits for all of them.
  for (auto name : tree_names)
    impl_->system.registry().erase(name);
  impl_->system.await_all_actors_done();
}

} // namespace camwall
