#pragma once

#include "config/config_error.hpp"

#include <tl/expected.hpp>

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace camwall::config {

/// A YAML document as it was written: every node knows its place, and nothing is dropped, duplicate
/// keys included.
struct yaml_node {
  enum class kind : std::uint8_t { null, scalar, sequence, mapping };

  kind what = kind::null;
  position at;
  std::string tag;  ///< As written, e.g. `!file`; empty without one.
  std::string text; ///< Of a scalar, quotes and escapes resolved.
  std::vector<yaml_node>
    keys; ///< Of a mapping, in the order of the file; `items` holds the values.
  std::vector<yaml_node> items; ///< Of a sequence or a mapping.
};

struct yaml_error {
  position at;
  std::string message;
};

inline constexpr std::size_t yaml_nodes_max = 100'000; ///< With aliases expanded.
inline constexpr std::size_t yaml_depth_max = 16;

/// Parses exactly one document. `text` must have passed `find_text_flaw`. Aliases are expanded.
tl::expected<yaml_node, yaml_error> parse_yaml(std::string_view text);

} // namespace camwall::config
