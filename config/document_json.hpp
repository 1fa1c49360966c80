#pragma once

#include "config/config_error.hpp"
#include "config/yaml_tree.hpp"
#include "core/camera_catalogue.hpp"

#include <nlohmann/json_fwd.hpp>
#include <tl/expected.hpp>

#include <string>
#include <string_view>
#include <vector>

namespace camwall::config {

/// Parses the body of a request: one object (RFC 8259), no name twice, at most `document_bytes_max`
/// and as deep as YAML may be. The fault quotes nothing of the body.
tl::expected<nlohmann::ordered_json, change_refusal::fault> parse_object(std::string_view body);

/// Values of known keys of a camera that are of another type than the key's. `null` is left to the
/// reader.
std::vector<change_refusal::fault> check_types(const nlohmann::ordered_json& settings);

/// A JSON value as the reader wants it. Every node has a "line" of its own, by which errors find
/// back to the place in the JSON.
class numbered_tree {
public:
  explicit numbered_tree(const nlohmann::ordered_json& from);

  const yaml_node& root() const {
    return root_;
  }

  /// Adds what the reader said, but of each place that has a fault already nothing more.
  void append(const std::vector<config_error>& errors,
              std::vector<change_refusal::fault>& into) const;

private:
  yaml_node convert(const nlohmann::ordered_json& from, const std::string& pointer);
  position number(std::string pointer);

  std::vector<std::string> pointers_; ///< Of line 1 and on.
  yaml_node root_;
};

} // namespace camwall::config
