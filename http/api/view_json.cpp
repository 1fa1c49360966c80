#include "http/api/view_json.hpp"

#include <nlohmann/json.hpp>

#include <array>
#include <stdexcept>
#include <utility>

namespace camwall::http {

namespace {

using json = nlohmann::ordered_json;

constexpr std::size_t name_bytes_max = 256; // Of a camera or a group.

json settings_of(const wall_view& x) {
  return {{"name", x.name},       {"title", x.title.empty() ? x.name : x.title},
          {"layout", x.layout},   {"fit", x.cover ? "cover" : "contain"},
          {"cameras", x.cameras}, {"groups", x.groups},
          {"order", x.order},     {"spans", json(x.spans)},
          {"dwell", x.dwell_s}};
}

json json_of(const shown_view& x) {
  auto out = settings_of(x.view);
  out["shared"] = x.shared;
  out["read_only"] = x.read_only;
  out["source"] = x.view.source.empty() ? json(nullptr) : json(x.view.source);
  return out;
}

std::string dump(const json& x) {
  return x.dump(-1, ' ', false, json::error_handler_t::replace);
}

bool is_plain_text(const json& x, std::size_t bytes_max) {
  if (!x.is_string())
    return false;
  const auto& text = x.get_ref<const std::string&>();
  for (auto c : text)
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f)
      return false;
  return text.size() <= bytes_max;
}

/// Reads one JSON object key by key, and collects what is wrong.
class view_reader {
public:
  saved_view read(const json& from) {
    for (const auto& [key, value] : from.items())
      take(key, value);
    return std::move(out_);
  }

  std::vector<problem_fault> faults;

private:
  void take(const std::string& key, const json& value) {
    auto& view = out_.view;
    if (key == "title")
      take_text(key, value, view.title);
    else if (key == "layout")
      take_layout(key, value);
    else if (key == "fit")
      take_fit(key, value);
    else if (key == "cameras")
      take_names(key, value, view.cameras);
    else if (key == "groups")
      take_names(key, value, view.groups);
    else if (key == "order")
      take_names(key, value, view.order);
    else if (key == "spans")
      take_spans(key, value);
    else if (key == "dwell")
      take_dwell(key, value);
    else if (key == "shared")
      take_shared(key, value);
    else if (key != "name" && key != "read_only" && key != "source" && key != "owner")
      fault(key, "is not known"); // What was read can be sent again.
  }

  void fault(const std::string& key, std::string what) {
    constexpr std::size_t faults_max = 20;
    if (faults.size() < faults_max)
      faults.push_back({'/' + key, std::move(what)});
  }

  void take_text(const std::string& key, const json& value, std::string& into) {
    if (is_plain_text(value, view_title_bytes_max))
      into = value.get<std::string>();
    else
      fault(key, "has to be a text of at most " + std::to_string(view_title_bytes_max) + " bytes");
  }

  void take_layout(const std::string& key, const json& value) {
    if (value.is_string() && is_view_layout(value.get_ref<const std::string&>()))
      out_.view.layout = value.get<std::string>();
    else
      fault(key, "is not the name of a layout");
  }

  void take_fit(const std::string& key, const json& value) {
    if (value == "contain" || value == "cover")
      out_.view.cover = value == "cover";
    else
      fault(key, "is contain or cover");
  }

  void take_names(const std::string& key, const json& value, std::vector<std::string>& into) {
    if (!value.is_array() || value.size() > view_names_max)
      return fault(key, "has to be a list of at most " + std::to_string(view_names_max) + " names");
    for (const auto& name : value) {
      if (!is_plain_text(name, name_bytes_max) || name.get_ref<const std::string&>().empty())
        return fault(key, "holds what is not a name");
      into.push_back(name.get<std::string>());
    }
  }

  void take_spans(const std::string& key, const json& value) {
    if (!value.is_object() || value.size() > view_names_max)
      return fault(key, "has to be an object of at most " + std::to_string(view_names_max) +
                          " cameras with their sizes");
    for (const auto& [id, size] : value.items()) {
      if (id.empty() || id.size() > name_bytes_max || !size.is_string() ||
          !is_view_span(size.get_ref<const std::string&>()))
        return fault(key, "holds what is not a size from 1x1 to 4x4");
      out_.view.spans[id] = size.get<std::string>();
    }
  }

  void take_dwell(const std::string& key, const json& value) {
    auto seconds = value.is_number() ? value.get<double>() : -1;
    if (seconds == 0 || (seconds >= view_dwell_min_s && seconds <= view_dwell_max_s))
      out_.view.dwell_s = seconds;
    else
      fault(key, "is 0, or a number of seconds from 3 to 3600");
  }

  void take_shared(const std::string& key, const json& value) {
    if (value.is_boolean())
      out_.shared = value.get<bool>();
    else
      fault(key, "is true or false");
  }

  saved_view out_;
};

} // namespace

tl::expected<saved_view, std::vector<problem_fault>> read_view(std::string_view body) {
  view_reader reader;
  auto out = reader.read(json::parse(body, nullptr, false));
  if (!reader.faults.empty())
    return tl::unexpected(std::move(reader.faults));
  return out;
}

std::string text_of(const shown_view& x) {
  return dump(json_of(x));
}

std::string text_of(const std::vector<shown_view>& all, bool may_save, bool may_share) {
  json views = json::array();
  for (const auto& x : all)
    views.push_back(json_of(x));
  return dump({{"views", std::move(views)}, {"may_save", may_save}, {"may_share", may_share}});
}

view_file_content read_view_file(std::string_view text) {
  auto file = json::parse(text, nullptr, false);
  if (!file.is_object() || !file.contains("views") || !file["views"].is_array())
    throw std::runtime_error("is not a file of views");
  view_file_content out;
  for (const auto& entry : file["views"]) {
    view_reader reader;
    if (!entry.is_object() || !entry.contains("name") || !entry["name"].is_string() ||
        !entry.contains("owner") || !entry["owner"].is_string())
      throw std::runtime_error("holds a view without a name");
    auto x = reader.read(entry);
    x.view.name = entry["name"].get<std::string>();
    x.owner = entry["owner"].get<std::string>();
    if (reader.faults.empty() && is_view_name(x.view.name))
      out.views.push_back(std::move(x));
    else
      ++out.left_out;
  }
  return out;
}

std::string view_file(const std::vector<saved_view>& all) {
  json views = json::array();
  for (const auto& x : all) {
    auto entry = settings_of(x.view);
    entry["owner"] = x.owner;
    entry["shared"] = x.shared;
    views.push_back(std::move(entry));
  }
  return json{{"views", std::move(views)}}.dump(1, ' ', false, json::error_handler_t::replace) +
         "\n";
}

} // namespace camwall::http
