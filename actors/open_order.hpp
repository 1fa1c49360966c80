#pragma once

#include "config/schema.hpp"
#include "media/worker_launcher.hpp"

#include <string>

namespace camwall {

/// What a worker is told of the stream that it is for: `main` or `sub` of `camera`, by the
/// configuration in force and over `transport`.
media::open_order open_order_of(const config::wall& config, const config::camera& camera,
                                const std::string& stream, config::transport transport);

} // namespace camwall
