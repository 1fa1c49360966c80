#pragma once

#include "config/config_error.hpp"
#include "config/interpolation.hpp"
#include "config/schema.hpp"
#include "config/yaml_tree.hpp"

#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace camwall::config {

/// What one run of the loader collects.
struct load_context {
  std::string file;             ///< As the caller named it: the begin of every message.
  std::filesystem::path folder; ///< Absolute, of the main file; relative paths start here.
  environment env;
  std::vector<config_error> errors;
  std::vector<std::string> warnings;
  std::string source_name;                  ///< What the file is called in `camera::source`.
  std::vector<std::filesystem::path> files; ///< All that had a say, as in `wall::files`.
  bool literal = false;                     ///< Values mean themselves: no variables, no `!file`.

  void error(position at, std::string path, std::string message);
  void warn(position at, std::string path, std::string message);
};

/// For as long as it lives, what is read stands in another file beside or below the main file.
class other_file {
public:
  /// `file` is absolute.
  other_file(load_context& context, const std::filesystem::path& file);
  ~other_file();
  other_file(const other_file&) = delete;
  other_file& operator=(const other_file&) = delete;

private:
  load_context& context_;
  std::string file_;
  std::string source_name_;
};

/// `file` as seen from `folder`; absolute when it lies elsewhere.
std::string name_below(const std::filesystem::path& folder, const std::filesystem::path& file);

/// A scalar with its variables filled in and its `!file` read.
struct text_value {
  std::string text;
  std::string shown; ///< As it stands in the file, quoted and shortened: fit for a message.
  position at;
  std::string path;
};

inline constexpr std::size_t secret_bytes_max = 4096;

/// What a scalar may be. Texts are always free of control characters.
struct text_rule {
  std::size_t bytes_max = 256;
  bool may_be_empty = true;
  bool secret = false; ///< May come from `!file`.
};

/// One mapping of the file, read key by key. What is absent keeps the value it has; what is wrong
/// is reported and keeps it too, so that one mistake gives one message.
class section {
public:
  /// Reports unknown and duplicate keys at once. `node` may be null. `path` is e.g. `cameras[3]`;
  /// `name`, e.g. `cameras[]`, selects the known keys.
  section(load_context& context, const yaml_node* node, std::string path, std::string_view name);

  /// The place of the mapping.
  position at() const {
    return node_ == nullptr ? position{} : node_->at;
  }

  /// What `cameras[3]` is called in messages.
  const std::string& path() const {
    return path_;
  }

  const yaml_node* find(std::string_view key) const;

  /// The mapping below `key`; `name` selects its known keys, e.g. `cameras[].picture`.
  section below(std::string_view key, std::string_view name) const {
    return {*context_, find(key), path_of(key), name};
  }

  std::optional<text_value> text(std::string_view key, text_rule rule = {});
  std::vector<text_value> texts(std::string_view key, std::size_t count_max, text_rule rule = {});

  /// Calls `item` for each mapping of the list below `key`, or reports what is there instead;
  /// `name`, e.g. `users[]`, selects the known keys of the mappings.
  void each(std::string_view key, std::string_view name, std::size_t count_max,
            const std::function<void(section&)>& item) const;

  void read(std::string_view key, bool& into);
  void read(std::string_view key, std::uint32_t& into, std::uint32_t min, std::uint32_t max);
  void read(std::string_view key, double& into, double min, double max);

  /// A duration: `10s`, `500ms`, `2m` or plain seconds.
  void read(std::string_view key, seconds_f& into, seconds_f min, seconds_f max);

  /// A path; relative ones start at the configuration file's folder. `into` is completed in any
  /// case.
  void read(std::string_view key, std::filesystem::path& into);

  template <class T>
  using choices = std::vector<std::pair<std::string_view, T>>;

  template <class T>
  void read(std::string_view key, T& into, const choices<T>& words) {
    auto value = text(key);
    if (!value)
      return;
    std::string list;
    for (const auto& [word, meaning] : words) {
      if (value->text == word) {
        into = meaning;
        return;
      }
      list += (list.empty() ? "" : ", ") + std::string{word};
    }
    error(*value, value->shown + " is not one of " + list);
  }

  /// Reports something about the value of `key`, or about the mapping when the key is absent.
  void error(std::string_view key, std::string message);
  void error(const text_value& value, std::string message);

  /// Something worth knowing that is not wrong.
  void warn(const text_value& value, std::string message);

  std::string path_of(std::string_view key) const;

private:
  void check_keys(std::string_view name);
  std::optional<text_value> to_text(const yaml_node& node, std::string path, text_rule rule);
  bool take_secret_file(text_value& value);

  load_context* context_;
  const yaml_node* node_;
  std::string path_;
};

/// Quotes what stands in the file for a message: shortened, unprintable characters and addresses'
/// passwords hidden.
std::string quote(std::string_view text);

/// `text`, `a list`, `a mapping` or `nothing`.
std::string_view to_string(yaml_node::kind x);

} // namespace camwall::config
