#pragma once

#include "config/reader.hpp"

namespace camwall::config {

/// Each reads one section of the file into its struct. `top` is the whole document.
void read_server(load_context& context, const section& top, server& into);
void read_hls(load_context& context, const section& top, hls& into);
void read_deadlines(load_context& context, const section& top, deadlines& into);
void read_limits(load_context& context, const section& top, limits& into);
void read_log(load_context& context, const section& top, logging& into);
void read_test_only(load_context& context, const section& top, double& time_scale);

/// Reads `defaults` and `cameras`; at most `cameras_max` of them.
void read_cameras(load_context& context, const section& top, std::uint32_t cameras_max,
                  std::vector<camera>& into);

} // namespace camwall::config
