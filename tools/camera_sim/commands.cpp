#include "tools/camera_sim/commands.hpp"

#include "tools/camera_sim/command_table.hpp"

#include <array>
#include <charconv>
#include <sstream>

namespace camwall::camera_sim {

namespace {

using nlohmann::json;

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

constexpr std::array questions{
  command{"list", names::nothing, 0, list_cameras},
  command{"stats", names::camera, 0, statistics},
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

const command* find(std::span<const command> in, std::string_view word) {
  for (const auto& one : in) {
    if (one.word == word)
      return &one;
  }
  return nullptr;
}

} // namespace

json done() {
  return {{"ok", true}};
}

json failure(const std::string& why) {
  return {{"error", why}};
}

std::optional<double> number(const words& arguments, std::size_t index, double min, double max) {
  if (index >= arguments.size())
    return std::nullopt;
  double value = 0;
  const auto& from = arguments[index];
  const auto* end = from.data() + from.size();
  const auto [stopped, code] = std::from_chars(from.data(), end, value);
  if (code != std::errc{} || stopped != end || !(value >= min && value <= max))
    return std::nullopt;
  return value;
}

json run_command(simulator& on, const std::string& line) {
  std::istringstream input{line};
  words arguments;
  for (std::string word; input >> word;)
    arguments.push_back(word);
  if (arguments.empty())
    return failure("a command is expected");
  const auto word = arguments.front();
  arguments.erase(arguments.begin());
  const auto* chosen = find(questions, word);
  if (chosen == nullptr)
    chosen = find(fault_commands(), word);
  return chosen == nullptr ? failure("unknown command " + word)
                           : run(*chosen, on, std::move(arguments));
}

} // namespace camwall::camera_sim
