#include "config/sections.hpp"

#include <algorithm>
#include <set>

namespace camwall::config {

namespace {

constexpr std::size_t views_max = 64;
constexpr text_rule name_rule{.bytes_max = 63, .may_be_empty = false};
constexpr text_rule title_rule{.bytes_max = view_title_bytes_max};
constexpr text_rule span_rule{.bytes_max = 80, .may_be_empty = false};

bool is_camera(const wall& all, std::string_view id) {
  return std::any_of(all.cameras.begin(), all.cameras.end(),
                     [&](const auto& camera) { return camera.id == id; });
}

bool is_group(const wall& all, std::string_view name) {
  return std::any_of(all.cameras.begin(), all.cameras.end(),
                     [&](const auto& camera) { return camera.group == name; });
}

void read_name(section& here, std::set<std::string>& taken, wall_view& into) {
  if (here.find("name") == nullptr) {
    here.error("name", "is missing");
    return;
  }
  auto name = here.text("name", name_rule);
  if (!name)
    return;
  if (!is_view_name(name->text))
    here.error(*name, name->shown + " is not a name of a-z, 0-9, _ and -");
  else if (!taken.insert(name->text).second)
    here.error(*name, name->shown + " is the name of another view");
  else
    into.name = std::move(name->text);
}

void read_layout(section& here, wall_view& into) {
  section::choices<std::string> words;
  for (auto x : view_layouts)
    words.emplace_back(x, std::string{x});
  here.read("layout", into.layout, words);
  here.read("fit", into.cover, section::choices<bool>{{"contain", false}, {"cover", true}});
}

// A camera that is missing may come by API, or have gone that way: an error would end the server.
void read_cameras_of(section& here, const wall& all, wall_view& into) {
  for (auto& id : here.texts("cameras", view_names_max)) {
    if (!is_camera(all, id.text))
      here.warn(id, id.shown + " is not the id of a camera");
    into.cameras.push_back(std::move(id.text));
  }
  for (auto& group : here.texts("groups", view_names_max)) {
    if (!is_group(all, group.text))
      here.warn(group, group.shown + " is the group of no camera");
    into.groups.push_back(std::move(group.text));
  }
}

void read_spans(section& here, const wall& all, wall_view& into) {
  for (const auto& span : here.texts("spans", view_names_max, span_rule)) {
    auto mark = span.text.find('=');
    auto size = mark == std::string::npos ? std::string{} : span.text.substr(mark + 1);
    if (!is_view_span(size)) {
      here.error(span, span.shown + " is not a camera and its size, 1x1 to 4x4, such as gate=2x2");
      continue;
    }
    auto id = span.text.substr(0, mark);
    if (!is_camera(all, id))
      here.warn(span, quote(id) + " is not the id of a camera");
    into.spans[id] = size;
  }
}

void read_dwell(section& here, wall_view& into) {
  seconds_f dwell{0};
  here.read("dwell", dwell, seconds_f{view_dwell_min_s}, seconds_f{view_dwell_max_s});
  into.dwell_s = dwell.count();
}

} // namespace

void read_views(load_context& context, const section& top, wall& into) {
  std::set<std::string> taken;
  top.each("views", "views[]", views_max, [&](section& here) {
    wall_view x;
    read_name(here, taken, x);
    if (auto title = here.text("title", title_rule))
      x.title = std::move(title->text);
    read_layout(here, x);
    read_cameras_of(here, into, x);
    read_spans(here, into, x);
    read_dwell(here, x);
    x.source = context.source_name + ':' + std::to_string(here.at().line);
    into.views.push_back(std::move(x));
  });
}

} // namespace camwall::config
