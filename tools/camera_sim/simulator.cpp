#include "tools/camera_sim/simulator.hpp"

#include <chrono>
#include <limits>
#include <set>
#include <utility>

namespace camwall::camera_sim {

namespace {

/// How often sessions are looked over whose client has gone without a word.
constexpr guint cleaning_s = 5;

constexpr std::chrono::milliseconds shutdown_max{500};

/// How much longer than the one before it each camera has been running. Real cameras do not send
/// their keyframes at the same moment, and whoever serves many of them must not be measured with
/// ones that do. Multiples of it lie evenly over the usual distances of keyframes, one to ten
/// seconds.
constexpr std::chrono::milliseconds head_start{618};

} // namespace

simulator::~simulator() {
  if (cleaner_ != 0)
    g_source_remove(cleaner_);
}

tl::expected<void, std::string> simulator::open(std::vector<camera_options> cameras,
                                                std::uint16_t base_port) {
  if (cameras.size() > cameras_max)
    return tl::unexpected("more than " + std::to_string(cameras_max) + " cameras");
  if (base_port + cameras.size() > std::numeric_limits<std::uint16_t>::max())
    return tl::unexpected(std::string{"the ports would go beyond 65535"});
  std::set<std::string> names;
  std::uint16_t port = base_port;
  for (auto& options : cameras) {
    if (!names.insert(options.name).second)
      return tl::unexpected("there are two cameras named " + options.name);
    for (auto& stream : options.streams)
      stream.head_start_ns = std::chrono::nanoseconds{head_start * cameras_.size()}.count();
    if (auto found = find_sources(options); !found)
      return found;
    auto& added =
      cameras_.emplace_back(std::make_unique<camera>(std::move(options), ++port, pacer_));
    if (auto listening = added->listen(); !listening)
      return listening;
  }
  cleaner_ = g_timeout_add_seconds(
    cleaning_s,
    [](gpointer self) -> gboolean {
      for (const auto& one : static_cast<simulator*>(self)->cameras_)
        one->clean_up();
      return G_SOURCE_CONTINUE;
    },
    this);
  return {};
}

tl::expected<void, std::string> simulator::find_sources(camera_options& of) {
  for (auto& stream : of.streams) {
    if (stream.live_port == 0)
      continue;
    auto source = live_.on(stream.live_port);
    if (!source)
      return tl::unexpected(source.error());
    stream.live = std::move(*source);
  }
  return {};
}

tl::expected<target, std::string> simulator::find(std::string_view name) const {
  const auto slash = name.find('/');
  for (const auto& one : cameras_) {
    if (one->name() != name.substr(0, slash))
      continue;
    if (slash == std::string_view::npos)
      return target{one.get(), nullptr};
    for (const auto& stream : one->mounts()) {
      if (stream->name == name)
        return target{one.get(), stream.get()};
    }
  }
  return tl::unexpected("there is no camera or stream named " + std::string{name});
}

void simulator::shut_down() {
  for (const auto& one : cameras_) {
    one->refuse();
    one->drop(ending::fin);
  }
  // The connections' ends are handled by the loop; a timer makes it turn until they are.
  const auto deadline = std::chrono::steady_clock::now() + shutdown_max;
  const guint turner = g_timeout_add(
    10, [](gpointer) -> gboolean { return G_SOURCE_CONTINUE; }, nullptr);
  while ((!pacer_.idle() || !live_.idle() || g_main_context_pending(nullptr) == TRUE) &&
         std::chrono::steady_clock::now() < deadline)
    g_main_context_iteration(nullptr, TRUE);
  g_source_remove(turner);
}

} // namespace camwall::camera_sim
