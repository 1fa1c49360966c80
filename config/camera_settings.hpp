#pragma once

#include "config/camera_address.hpp"
#include "config/reader.hpp"

#include <optional>
#include <string>

namespace camwall::config {

/// The login as it stands in a camera's own `username` and `password`.
struct written_login {
  std::optional<std::string> user;
  std::optional<std::string> password;
};

/// Makes `camera::settings` of a camera that was read without an error. `x` has its id and
/// label; `addresses` and `login` are what was read of it; the rest is copied from `here`.
std::string settings_of(section& here, const camera& x, const camera_addresses& addresses,
                        const written_login& login);

} // namespace camwall::config
