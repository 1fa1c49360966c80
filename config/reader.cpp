#include "config/reader.hpp"

#include "config/keys.hpp"
#include "config/suggest.hpp"
#include "config/text_file.hpp"
#include "core/redact.hpp"

#include <algorithm>
#include <charconv>
#include <map>
#include <sstream>

namespace camwall::config {

namespace {

constexpr std::size_t quoted_bytes_max = 60;

template <class T>
std::optional<T> to_number(std::string_view text) {
  T value{};
  auto end = text.data() + text.size();
  auto [stop, error] = std::from_chars(text.data(), end, value);
  if (error != std::errc{} || stop != end)
    return std::nullopt;
  return value;
}

std::string format_number(double x) {
  std::ostringstream out;
  out << x;
  return out.str();
}

std::string format_duration(seconds_f x) {
  if (x.count() > 0 && x.count() < 1)
    return format_number(x.count() * 1000) + "ms";
  return format_number(x.count()) + "s";
}

std::optional<seconds_f> to_duration(std::string_view text) {
  double unit = 1;
  auto digits = text.substr(0, text.find_last_of("0123456789") + 1);
  auto suffix = text.substr(digits.size());
  if (suffix == "ms")
    unit = 0.001;
  else if (suffix == "m")
    unit = 60;
  else if (!suffix.empty() && suffix != "s")
    return std::nullopt;
  auto value = to_number<double>(digits);
  if (!value)
    return std::nullopt;
  return seconds_f{*value * unit};
}

bool has_line_break(std::string_view text) {
  return text.find_first_of("\r\n") != std::string_view::npos;
}

} // namespace

void load_context::error(position at, std::string path, std::string message) {
  errors.push_back(config_error{file, at.line, at.column, std::move(path), std::move(message)});
}

void load_context::warn(position at, std::string path, std::string message) {
  warnings.push_back(
    to_string(config_error{file, at.line, at.column, std::move(path), std::move(message)}));
}

std::string name_below(const std::filesystem::path& folder, const std::filesystem::path& file) {
  auto relative = file.lexically_relative(folder);
  bool elsewhere = relative.empty() || *relative.begin() == "..";
  return (elsewhere ? file : relative).string();
}

other_file::other_file(load_context& context, const std::filesystem::path& file)
  : context_(context), file_(context.file), source_name_(context.source_name) {
  auto name = name_below(context.folder, file);
  context.source_name = name;
  // Named as the main file was: relative stays relative. An absolute name takes the place.
  context.file = (std::filesystem::path{file_}.parent_path() / name).string();
  context.files.push_back(file);
}

other_file::~other_file() {
  context_.file = std::move(file_);
  context_.source_name = std::move(source_name_);
}

std::string quote(std::string_view text) {
  auto safe = redact(text.substr(0, secret_bytes_max));
  std::string out = "\"";
  std::string_view rest = safe;
  while (!rest.empty() && out.size() <= quoted_bytes_max) {
    auto length = std::max<std::size_t>(utf8_length(rest), 1);
    bool printable = static_cast<unsigned char>(rest.front()) >= 0x20;
    out += printable ? rest.substr(0, length) : std::string_view{" "};
    rest.remove_prefix(length);
  }
  return out + (rest.empty() ? "\"" : "…\"");
}

std::string_view to_string(yaml_node::kind x) {
  switch (x) {
    case yaml_node::kind::null:
      return "nothing";
    case yaml_node::kind::scalar:
      return "text";
    case yaml_node::kind::sequence:
      return "a list";
    case yaml_node::kind::mapping:
      return "a mapping";
  }
  return "something else";
}

section::section(load_context& context, const yaml_node* node, std::string path,
                 std::string_view name)
  : context_(&context), node_(node), path_(std::move(path)) {
  if (node_ == nullptr || node_->what == yaml_node::kind::null) {
    node_ = nullptr;
    return;
  }
  if (node_->what != yaml_node::kind::mapping) {
    context_->error(
      node_->at, path_,
      "expected a mapping (lines of key: value), found " + std::string{to_string(node_->what)});
    node_ = nullptr;
    return;
  }
  check_keys(name);
}

void section::check_keys(std::string_view name) {
  auto known = keys_of(name);
  std::map<std::string_view, position> seen;
  for (const auto& key : node_->keys) {
    if (key.what != yaml_node::kind::scalar) {
      context_->error(key.at, path_, "a key must be text");
      continue;
    }
    auto [earlier, is_new] = seen.emplace(key.text, key.at);
    if (!is_new) {
      context_->error(key.at, path_of(key.text),
                      "is given twice; first on line " + std::to_string(earlier->second.line));
      continue;
    }
    if (std::find(known.begin(), known.end(), key.text) != known.end())
      continue;
    std::string message = "unknown key " + quote(key.text);
    if (auto word = suggest(key.text, known); !word.empty())
      message += "; did you mean \"" + std::string{word} + "\"?";
    else if (name == drop_in_section)
      message += "; beside the main file there are only cameras";
    else if (key.text == "<<")
      message += "; merging is not supported, defaults: holds for all cameras";
    else if (auto owner = section_with(key.text); !owner.empty())
      message += "; it belongs below \"" + std::string{owner.substr(0, owner.find('['))} + "\"";
    context_->error(key.at, path_, std::move(message));
  }
}

const yaml_node* section::find(std::string_view key) const {
  if (node_ == nullptr)
    return nullptr;
  for (std::size_t i = 0; i < node_->keys.size() && i < node_->items.size(); ++i)
    if (node_->keys[i].what == yaml_node::kind::scalar && node_->keys[i].text == key)
      return &node_->items[i];
  return nullptr;
}

std::string section::path_of(std::string_view key) const {
  return path_.empty() ? std::string{key} : path_ + "." + std::string{key};
}

void section::error(std::string_view key, std::string message) {
  const auto* value = find(key);
  context_->error(value == nullptr ? at() : value->at, path_of(key), std::move(message));
}

void section::warn(const text_value& value, std::string message) {
  context_->warn(value.at, value.path, std::move(message));
}

void section::error(const text_value& value, std::string message) {
  context_->error(value.at, value.path, std::move(message));
}

std::optional<text_value> section::text(std::string_view key, text_rule rule) {
  const auto* node = find(key);
  return node == nullptr ? std::nullopt : to_text(*node, path_of(key), rule);
}

std::optional<text_value> section::to_text(const yaml_node& node, std::string path,
                                           text_rule rule) {
  if (node.what == yaml_node::kind::null) {
    context_->error(node.at, std::move(path), "has no value");
    return std::nullopt;
  }
  if (node.what != yaml_node::kind::scalar) {
    context_->error(node.at, std::move(path),
                    "expected text, found " + std::string{to_string(node.what)});
    return std::nullopt;
  }
  text_value out{{}, quote(node.text), node.at, std::move(path)};
  auto fail = [&](std::string message) {
    error(out, std::move(message));
    return std::nullopt;
  };
  bool from_file = node.tag == "!file";
  if (from_file && !rule.secret)
    return fail(
      "!file is only for url, sub_url, username, password, password_hash and a token's hash");
  if (!from_file && !node.tag.empty() && node.tag != "tag:yaml.org,2002:str")
    return fail("unknown tag " + quote(node.tag) + "; only !file is known");
  tl::expected<std::string, std::string> filled = node.text;
  if (!context_->literal)
    filled = interpolate(node.text, context_->env);
  if (!filled)
    return fail(std::move(filled.error()));
  out.text = std::move(*filled);
  if (auto flaw = find_text_flaw(out.text)) // From an escape: "\x01".
    return fail(std::move(flaw->message));
  if (from_file && !take_secret_file(out))
    return std::nullopt;
  if (out.text.empty() && !rule.may_be_empty)
    return fail("is empty");
  if (has_line_break(out.text))
    return fail("holds a line break");
  if (out.text.size() > rule.bytes_max)
    return fail("is longer than " + std::to_string(rule.bytes_max) + " bytes");
  return out;
}

bool section::take_secret_file(text_value& value) {
  if (value.text.empty()) {
    error(value, "!file names no file");
    return false;
  }
  auto path = context_->folder / value.text;
  context_->files.push_back(path.lexically_normal());
  auto file = read_text_file(path, secret_bytes_max);
  auto about = "the secret's file " + quote(path.lexically_normal().string()) + " ";
  if (!file) {
    error(value, about + file.error());
    return false;
  }
  value.text = std::move(file->text);
  if (!value.text.empty() && value.text.back() == '\n')
    value.text.pop_back();
  if (!value.text.empty() && value.text.back() == '\r')
    value.text.pop_back();
  if (auto flaw = find_text_flaw(value.text)) {
    error(value, about + flaw->message);
    return false;
  }
  if (value.text.empty()) {
    error(value, about + "is empty");
    return false;
  }
  if (file->world_readable)
    context_->warn(value.at, value.path, about + "can be read by every user; chmod o-r it");
  return true;
}

std::vector<text_value> section::texts(std::string_view key, std::size_t count_max,
                                       text_rule rule) {
  const auto* node = find(key);
  std::vector<text_value> out;
  if (node == nullptr || node->what == yaml_node::kind::null)
    return out;
  if (node->what != yaml_node::kind::sequence) {
    error(key, "expected a list, found " + std::string{to_string(node->what)});
    return out;
  }
  if (node->items.size() > count_max) {
    error(key, "holds more than " + std::to_string(count_max) + " entries");
    return out;
  }
  for (std::size_t i = 0; i < node->items.size(); ++i)
    if (auto x = to_text(node->items[i], path_of(key) + "[" + std::to_string(i) + "]", rule))
      out.push_back(std::move(*x));
  return out;
}

void section::each(std::string_view key, std::string_view name, std::size_t count_max,
                   const std::function<void(section&)>& item) const {
  const auto* list = find(key);
  if (list == nullptr || list->what == yaml_node::kind::null)
    return;
  if (list->what != yaml_node::kind::sequence) {
    context_->error(list->at, path_of(key),
                    "expected a list, found " + std::string{to_string(list->what)});
    return;
  }
  for (std::size_t i = 0; i < list->items.size(); ++i) {
    const auto& node = list->items[i];
    auto path = path_of(key) + "[" + std::to_string(i) + "]";
    if (i == count_max) {
      context_->error(node.at, path, "more than " + std::to_string(count_max) + " entries");
      return;
    }
    if (node.what == yaml_node::kind::null) {
      context_->error(node.at, path, "has no value");
      continue;
    }
    section here{*context_, &node, path, name};
    if (node.what == yaml_node::kind::mapping)
      item(here); // Anything else was reported by the line before.
  }
}

void section::read(std::string_view key, bool& into) {
  read(key, into, choices<bool>{{"true", true}, {"false", false}});
}

void section::read(std::string_view key, std::uint32_t& into, std::uint32_t min,
                   std::uint32_t max) {
  auto value = text(key);
  if (!value)
    return;
  auto number = to_number<std::uint32_t>(value->text);
  if (number && *number >= min && *number <= max)
    into = *number;
  else
    error(*value, value->shown + " is not a whole number from " + std::to_string(min) + " to " +
                    std::to_string(max));
}

void section::read(std::string_view key, double& into, double min, double max) {
  auto value = text(key);
  if (!value)
    return;
  auto number = to_number<double>(value->text);
  if (number && *number >= min && *number <= max)
    into = *number;
  else
    error(*value, value->shown + " is not a number from " + format_number(min) + " to " +
                    format_number(max));
}

void section::read(std::string_view key, seconds_f& into, seconds_f min, seconds_f max) {
  auto value = text(key);
  if (!value)
    return;
  auto duration = to_duration(value->text);
  if (duration && *duration >= min && *duration <= max)
    into = *duration;
  else
    error(*value, value->shown + " is not a duration from " + format_duration(min) + " to " +
                    format_duration(max) + " (write 10s, 500ms or plain seconds)");
}

void section::read(std::string_view key, std::filesystem::path& into) {
  constexpr std::size_t path_bytes_max = 1024;
  if (auto value = text(key, text_rule{.bytes_max = path_bytes_max, .may_be_empty = false}))
    into = value->text;
  into = (context_->folder / into).lexically_normal();
  if (into.has_relative_path() && !into.has_filename())
    into = into.parent_path(); // `a/b/` and `a/b` are one folder.
}

} // namespace camwall::config
