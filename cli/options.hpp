#pragma once

#include "config/schema.hpp"
#include "core/name_list.hpp"
#include "http/wall_services.hpp"
#include "media/server/live_hub.hpp"
#include "metrics/exporter.hpp"

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

// What the configuration says, in the words of the rooms that need it.
namespace camwall::cli {

http::listen_options listen_options_of(const config::wall& x, const name_list& hosts);

http::live_limits live_limits_of(const config::wall& x, const name_list& walls);

/// For `/api/v1/status`.
std::vector<std::pair<std::string, std::uint64_t>> limits_of(const config::limits& x);

/// For `/api/v1/templates`: a JSON object.
std::string templates_as_json();

metrics::live_road road_of(const media::live_counts& x);

} // namespace camwall::cli
