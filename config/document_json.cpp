#include "config/document_json.hpp"

#include "config/camera_document.hpp"
#include "config/keys.hpp"
#include "core/redact.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <set>

namespace camwall::config {

namespace {

using nlohmann::ordered_json;
using fault = change_refusal::fault;

std::string_view name_of(const ordered_json& x) {
  if (x.is_string())
    return "text";
  if (x.is_boolean())
    return "true or false";
  if (x.is_number())
    return "a number";
  return x.is_array() ? "a list" : "an object";
}

std::string_view wanted(value_kind x) {
  switch (x) {
    case value_kind::text:
      return "text";
    case value_kind::truth:
      return "true or false";
    case value_kind::number:
      return "a number";
    case value_kind::duration:
      return "a duration such as \"2s\" or a number of seconds";
    case value_kind::list:
      return "a list";
  }
  return "something else";
}

bool fits(const ordered_json& x, value_kind kind) {
  switch (kind) {
    case value_kind::text:
      return x.is_string();
    case value_kind::truth:
      return x.is_boolean();
    case value_kind::number:
      return x.is_number();
    case value_kind::duration:
      return x.is_string() || x.is_number();
    case value_kind::list:
      return x.is_array();
  }
  return false;
}

/// RFC 6901 §3. A name that is an address with a login shows up without it.
std::string step(std::string_view key) {
  std::string out = "/";
  for (char c : redact(key))
    out += c == '~' ? "~0" : c == '/' ? "~1" : std::string(1, c);
  return out;
}

/// `picture.ignore[2]` → `/picture/ignore/2`. Such paths hold only known keys.
std::string pointer_of(std::string_view path) {
  std::string out;
  for (char c : path) {
    bool begins_step = out.empty() || c == '.' || c == '[';
    if (begins_step)
      out += '/';
    if (c != '.' && c != '[' && c != ']')
      out += c;
  }
  return out;
}

void check_item_types(const ordered_json& list, const std::string& pointer,
                      std::vector<fault>& into) {
  for (std::size_t i = 0; i < list.size(); ++i)
    if (!list[i].is_string() && !list[i].is_null())
      into.push_back({pointer + "/" + std::to_string(i),
                      "expected text, found " + std::string{name_of(list[i])}});
}

/// Notices what `ordered_json` would pass over: names that are there twice, and depth.
class shape_checker {
public:
  bool operator()(int depth, ordered_json::parse_event_t event, const ordered_json& value) {
    using event_t = ordered_json::parse_event_t;
    too_deep_ = too_deep_ || depth > static_cast<int>(yaml_depth_max);
    if (event == event_t::object_start)
      names_.emplace_back();
    else if (event == event_t::object_end && !names_.empty())
      names_.pop_back();
    else if (event == event_t::key && !names_.empty())
      twice_ = !names_.back().insert(value.get<std::string>()).second || twice_;
    return true;
  }

  std::string_view flaw() const {
    if (too_deep_)
      return "is nested too deep";
    return twice_ ? "holds a name twice" : "";
  }

private:
  std::vector<std::set<std::string>> names_;
  bool too_deep_ = false;
  bool twice_ = false;
};

} // namespace

tl::expected<ordered_json, fault> parse_object(std::string_view body) {
  auto fail = [](std::string what) { return tl::unexpected(fault{"", std::move(what)}); };
  if (body.size() > document_bytes_max)
    return fail("is larger than " + std::to_string(document_bytes_max / 1024) + " KiB");
  shape_checker shape;
  try {
    auto out = ordered_json::parse(body, [&](int depth, auto event, const ordered_json& value) {
      return shape(depth, event, value);
    });
    if (!shape.flaw().empty())
      return fail(std::string{shape.flaw()});
    if (!out.is_object())
      return fail("expected an object, found " +
                  std::string{out.is_null() ? "null" : name_of(out)});
    return out;
  } catch (const ordered_json::parse_error& error) {
    return fail("is not JSON; the mistake is near byte " + std::to_string(error.byte));
  } catch (const ordered_json::exception&) {
    return fail("is not JSON that fits: a number is too large");
  }
}

std::vector<fault> check_types(const ordered_json& settings) {
  constexpr std::string_view prefix = "cameras[].";
  std::vector<fault> out;
  for (const auto& known : known_keys()) {
    if (!known.path.starts_with(prefix))
      continue;
    auto pointer = pointer_of(known.path.substr(prefix.size()));
    ordered_json::json_pointer place{pointer};
    if (!settings.contains(place) || settings.at(place).is_null())
      continue;
    const auto& value = settings.at(place);
    if (!fits(value, known.kind))
      out.push_back({pointer, "expected " + std::string{wanted(known.kind)} + ", found " +
                                std::string{name_of(value)}});
    else if (known.kind == value_kind::list)
      check_item_types(value, pointer, out);
  }
  return out;
}

numbered_tree::numbered_tree(const ordered_json& from) : root_(convert(from, {})) {
  // nop
}

position numbered_tree::number(std::string pointer) {
  pointers_.push_back(std::move(pointer));
  return {static_cast<int>(pointers_.size()), 1};
}

yaml_node numbered_tree::convert(const ordered_json& from, const std::string& pointer) {
  using kind = yaml_node::kind;
  yaml_node out;
  out.at = number(pointer);
  out.what = from.is_null()     ? kind::null
             : from.is_array()  ? kind::sequence
             : from.is_object() ? kind::mapping
                                : kind::scalar;
  if (out.what == kind::scalar)
    out.text = from.is_string() ? from.get<std::string>() : from.dump();
  std::size_t index = 0;
  for (const auto& [name, value] : from.items()) {
    if (out.what == kind::scalar)
      break; // `items` of a scalar is the scalar.
    auto below = pointer + (out.what == kind::mapping ? step(name) : step(std::to_string(index++)));
    if (out.what == kind::mapping) {
      yaml_node key;
      key.what = kind::scalar;
      key.at = number(below);
      key.text = name;
      out.keys.push_back(std::move(key));
    }
    out.items.push_back(convert(value, below));
  }
  return out;
}

void numbered_tree::append(const std::vector<config_error>& errors,
                           std::vector<fault>& into) const {
  for (const auto& error : errors) {
    // The place knows unknown keys, the path knows keys that are missing.
    auto where = pointer_of(error.path);
    auto line = static_cast<std::size_t>(std::max(error.line, 0));
    if (line > 0 && line <= pointers_.size() && pointers_[line - 1].size() > where.size())
      where = pointers_[line - 1];
    auto known = std::any_of(into.begin(), into.end(), [&](const auto& x) {
      return x.where == where || x.where.starts_with(where + "/");
    });
    if (!known)
      into.push_back({std::move(where), error.message});
  }
}

} // namespace camwall::config
