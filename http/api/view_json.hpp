#pragma once

#include "core/wall_view.hpp"
#include "http/problem.hpp"

#include <tl/expected.hpp>

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace camwall::http {

/// A view that somebody saved.
struct saved_view {
  wall_view view;
  std::string owner;   ///< The user's name; empty: the administrator of this machine.
  bool shared = false; ///< For everybody.
};

/// A view as one client may see it.
struct shown_view {
  wall_view view;
  bool shared = false;
  bool read_only = false; ///< It stands in the configuration, or is not this client's to change.
};

/// What `PUT /api/v1/views/<name>` holds, all but the name and the owner. `body` is a JSON object.
tl::expected<saved_view, std::vector<problem_fault>> read_view(std::string_view body);

std::string text_of(const shown_view& x);

/// `{"views": […], "may_share": …, "may_save": …}`
std::string text_of(const std::vector<shown_view>& all, bool may_save, bool may_share);

struct view_file_content {
  std::vector<saved_view> views;
  std::size_t left_out = 0; ///< Views that are not as `view_file` writes them: of another version.
};

/// The file in which saved views are kept. Throws std::runtime_error when it cannot be read as one.
view_file_content read_view_file(std::string_view text);
std::string view_file(const std::vector<saved_view>& all);

} // namespace camwall::http
