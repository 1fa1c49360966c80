#pragma once

#include "tools/camera_sim/simulator.hpp"

#include <nlohmann/json.hpp>

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace camwall::camera_sim {

using words = std::vector<std::string>;

/// What a command's first word names.
enum class names { nothing, camera, camera_or_stream };

/// One row of a table of commands.
struct command {
  std::string_view word;
  names first_argument;
  /// Behind the name.
  std::size_t arguments_max;
  nlohmann::json (*run)(simulator& on, const target& meant, const words& arguments);
};

/// The commands that make something wrong with a camera, and the one that ends all that.
std::span<const command> fault_commands();

nlohmann::json done();
nlohmann::json failure(const std::string& why);

/// The argument at `index` as a number from `min` to `max`; nothing when it is none or missing.
std::optional<double> number(const words& arguments, std::size_t index, double min, double max);

/// Calls `change` for the stream that is meant, or for each stream of the camera that is.
template <class Change>
void for_each_stream(const target& meant, Change change) {
  for (const auto& stream : meant.of->mounts()) {
    if (meant.stream == nullptr || meant.stream == stream.get())
      change(*stream);
  }
}

} // namespace camwall::camera_sim
