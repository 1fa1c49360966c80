#include "tools/camera_sim/commands.hpp"

#include "tools/camera_sim/simulator.hpp"

#include <array>
#include <charconv>
#include <cstdint>
#include <optional>
#include <sstream>
#include <string_view>
#include <vector>

namespace camwall::camera_sim {

namespace {

using nlohmann::json;
using words = std::vector<std::string>;

/// A camera that is away longer than this is one that the test has forgotten.
constexpr double away_s_max = 3600;

json failure(const std::string& why) {
  return {{"error", why}};
}

std::optional<double> number(const std::string& from) {
  double value = 0;
  const auto* end = from.data() + from.size();
  const auto [stopped, code] = std::from_chars(from.data(), end, value);
  if (code != std::errc{} || stopped != end)
    return std::nullopt;
  return value;
}

/// Calls `change` for the stream that is meant, or for each stream of the camera that is.
template <class Change>
void for_each_stream(const target& meant, Change change) {
  for (const auto& stream : meant.of->mounts()) {
    if (meant.stream == nullptr || meant.stream == stream.get())
      change(*stream);
  }
}

json list_cameras(simulator& on, const target& /*meant*/, const words& /*arguments*/) {
  auto cameras = json::array();
  for (const auto& one : on.cameras())
    cameras.push_back(one->describe());
  return {{"ok", true}, {"cameras", cameras}};
}

json statistics(simulator& /*on*/, const target& meant, const words& /*arguments*/) {
  auto result = meant.of->statistics();
  result["ok"] = true;
  return result;
}

json freeze(simulator& /*on*/, const target& meant, const words& /*arguments*/) {
  for_each_stream(meant, [](mount& stream) { stream.frozen = true; });
  return {{"ok", true}};
}

json thaw(simulator& /*on*/, const target& meant, const words& /*arguments*/) {
  for_each_stream(meant, [](mount& stream) { stream.frozen = false; });
  return {{"ok", true}};
}

json drop(simulator& /*on*/, const target& meant, const words& arguments) {
  auto how = ending::fin;
  if (!arguments.empty()) {
    if (arguments[0] != "fin" && arguments[0] != "rst")
      return failure("drop: fin or rst is expected");
    how = arguments[0] == "rst" ? ending::rst : ending::fin;
  }
  return {{"ok", true}, {"dropped", meant.of->drop(how, meant.stream)}};
}

json refuse(simulator& /*on*/, const target& meant, const words& arguments) {
  if (arguments.size() != 1 || (arguments[0] != "on" && arguments[0] != "off"))
    return failure("refuse: on or off is expected");
  if (arguments[0] == "on") {
    meant.of->refuse();
    return {{"ok", true}};
  }
  if (auto listening = meant.of->listen(); !listening)
    return failure(listening.error());
  return {{"ok", true}};
}

/// The camera loses its power: every connection is reset, and the port stays closed for a while.
json reboot(simulator& /*on*/, const target& meant, const words& arguments) {
  const auto seconds = arguments.size() == 1 ? number(arguments[0]) : std::nullopt;
  if (!seconds || !(*seconds >= 0 && *seconds <= away_s_max))
    return failure("reboot: seconds from 0 to 3600 are expected");
  meant.of->refuse();
  const int dropped = meant.of->drop(ending::rst);
  meant.of->listen_after(*seconds);
  return {{"ok", true}, {"dropped", dropped}};
}

enum class names { nothing, camera, camera_or_stream };

struct command {
  std::string_view word;
  names first_argument;
  std::size_t arguments_max;
  json (*run)(simulator& on, const target& meant, const words& arguments);
};

constexpr std::array commands{
  command{"list", names::nothing, 0, list_cameras},
  command{"stats", names::camera, 0, statistics},
  command{"freeze", names::camera_or_stream, 0, freeze},
  command{"thaw", names::camera_or_stream, 0, thaw},
  command{"drop", names::camera_or_stream, 1, drop},
  command{"refuse", names::camera, 1, refuse},
  command{"reboot", names::camera, 1, reboot},
};

json run(const command& chosen, simulator& on, words arguments) {
  target meant;
  if (chosen.first_argument != names::nothing) {
    if (arguments.empty())
      return failure(std::string{chosen.word} + ": the name of a camera is expected");
    auto found = on.find(arguments.front());
    if (!found)
      return failure(found.error());
    meant = *found;
    arguments.erase(arguments.begin());
  }
  if (meant.stream != nullptr && chosen.first_argument == names::camera)
    return failure(std::string{chosen.word} + ": a whole camera is expected, not a stream");
  if (arguments.size() > chosen.arguments_max)
    return failure(std::string{chosen.word} + ": too many arguments");
  return chosen.run(on, meant, arguments);
}

} // namespace

json run_command(simulator& on, const std::string& line) {
  std::istringstream input{line};
  words arguments;
  for (std::string word; input >> word;)
    arguments.push_back(word);
  if (arguments.empty())
    return failure("a command is expected");
  const auto word = arguments.front();
  arguments.erase(arguments.begin());
  for (const auto& one : commands) {
    if (one.word == word)
      return run(one, on, std::move(arguments));
  }
  return failure("unknown command " + word);
}

} // namespace camwall::camera_sim
