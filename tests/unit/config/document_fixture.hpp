#pragma once

#include "config/camera_document.hpp"
#include "tests/unit/config/config_fixture.hpp"

#include <string>
#include <string_view>

namespace camwall::config {

/// The main file that documents are checked against.
inline wall main_wall(std::string_view text = "cameras: []\n") {
  return load_good(text);
}

/// A camera that must be good.
inline camera good_camera(std::string_view body, const wall& main = main_wall(),
                          const camera* before = nullptr) {
  auto x = camera_from_json(body, main, before);
  if (x)
    return std::move(*x);
  for (const auto& fault : x.error())
    ADD_FAILURE() << body << "\n" << fault.where << ": " << fault.what;
  return {};
}

inline camera good_patch(std::string_view patch, const camera& before,
                         const wall& main = main_wall()) {
  auto x = camera_from_patch(patch, main, before);
  if (x)
    return std::move(*x);
  for (const auto& fault : x.error())
    ADD_FAILURE() << patch << "\n" << fault.where << ": " << fault.what;
  return {};
}

/// The faults, one a line: `/url: is missing`.
inline std::string faults_of(const camera_result& x) {
  if (x)
    return "good\n";
  std::string out;
  for (const auto& fault : x.error())
    out += fault.where + ": " + fault.what + "\n";
  return out;
}

} // namespace camwall::config
