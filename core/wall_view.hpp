#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace camwall {

/// A named choice of cameras and how the page lays them out: `/?view=gate`. From the configuration,
/// or saved over the API.
struct wall_view {
  std::string name;                 ///< `is_view_name`.
  std::string title;                ///< For people; the name when absent.
  std::string layout = "auto";      ///< One of `view_layouts`.
  bool cover = false;               ///< Pictures fill their tiles, and lose their edges.
  std::vector<std::string> cameras; ///< Ids; with `groups` all that belong to it; every camera when
                                    ///< both are empty. They need not exist (any more).
  std::vector<std::string> groups;
  std::vector<std::string> order;           ///< Ids that come first, in this order.
  std::map<std::string, std::string> spans; ///< `is_view_span`, by id.
  double dwell_s = 0;                       ///< So long a page is shown in the tour; 0: no tour.
  std::string source = {};                  ///< Of the configuration: `wall.yaml:14`.

  /// Wherever it stands.
  friend bool operator==(const wall_view& a, const wall_view& b) {
    return a.name == b.name && a.title == b.title && a.layout == b.layout && a.cover == b.cover &&
           a.cameras == b.cameras && a.groups == b.groups && a.order == b.order &&
           a.spans == b.spans && a.dwell_s == b.dwell_s;
  }
};

inline constexpr std::array<std::string_view, 11> view_layouts{
  "auto", "1", "2x2", "3x3", "4x4", "5x5", "6x6", "8x8", "1+5", "1+7", "1+12"};
inline constexpr double view_dwell_min_s = 3;
inline constexpr double view_dwell_max_s = 3600;
inline constexpr std::size_t view_title_bytes_max = 200;
inline constexpr std::size_t view_names_max = 1024; ///< Of cameras or groups in one view.

/// `[a-z0-9][a-z0-9_-]{0,62}`: a path segment.
bool is_view_name(std::string_view text) noexcept;

/// One of `view_layouts`.
bool is_view_layout(std::string_view text) noexcept;

/// Columns and rows that a tile takes: `1x1` to `4x4`.
bool is_view_span(std::string_view text) noexcept;

} // namespace camwall
