#include "http/router.hpp"

#include <pistache/router.h>

#include <cstring>
#include <map>
#include <stdexcept>
#include <unordered_map>

namespace camwall::http {

namespace {

constexpr int tail_segments_max = 6; // Depth of folders below a final `/*`.

// One pattern for each depth: a splat of Pistache stands for exactly one segment.
std::vector<std::string> expand(std::string_view pattern) {
  std::string text{pattern.substr(1)};
  std::vector<std::string> out{text};
  if (pattern.ends_with("/*"))
    for (int depth = 1; depth < tail_segments_max; ++depth)
      out.push_back(out.back() + "/*");
  return out;
}

} // namespace

std::string_view path_parameters::get(std::string_view name) const noexcept {
  for (const auto& [key, value] : values)
    if (key == name)
      return value;
  return {};
}

const route* find_row(const std::vector<const route*>& rows, method asked) noexcept {
  for (const auto* row : rows)
    if (row->method == asked || (row->method == method::get && asked == method::head))
      return row;
  return nullptr;
}

std::string allowed_methods(const std::vector<const route*>& rows) {
  std::string out;
  for (const auto* row : rows) {
    out.append(to_string(row->method)).append(", ");
    if (row->method == method::get)
      out.append("HEAD, ");
  }
  return out + "OPTIONS";
}

struct router::tree {
  Pistache::Rest::SegmentTreeNode root;
  std::map<std::string_view, std::vector<const route*>> rows; // By pattern.
  std::unordered_map<const Pistache::Rest::Route*, const std::vector<const route*>*> by_leaf;

  void add(const std::string& path, const std::vector<const route*>* entry) {
    // The tree keeps views into this text.
    std::shared_ptr<char> text{new char[path.size() + 1], std::default_delete<char[]>{}};
    std::memcpy(text.get(), path.c_str(), path.size() + 1);
    auto unused = [](const Pistache::Rest::Request&, const Pistache::Http::ResponseWriter&) {
      return Pistache::Rest::Route::Result::Failure;
    };
    root.addRoute({text.get(), path.size()}, unused, text);
    // A pattern matches itself: that tells which leaf it got.
    by_leaf[std::get<0>(root.findRoute({text.get(), path.size()})).get()] = entry;
  }
};

router::router(std::vector<route> table)
  : table_(std::move(table)), tree_(std::make_unique<tree>()) {
  for (const auto& row : table_) {
    auto& rows = tree_->rows[row.pattern];
    for (const auto* other : rows)
      if (other->method == row.method)
        throw std::invalid_argument("route given twice: " + std::string{row.pattern});
    rows.push_back(&row);
  }
  for (const auto& [pattern, rows] : tree_->rows)
    for (const auto& path : expand(pattern))
      tree_->add(path, &rows);
}

router::~router() = default;

router::match router::find(const std::string& path) const {
  match out;
  // Pistache would take `/x/` for `/x`; relative links on such a page would break.
  if (!path.starts_with('/') || (path.size() > 1 && path.back() == '/'))
    return out;
  auto found = tree_->root.findRoute(std::string_view{path}.substr(1));
  auto leaf = tree_->by_leaf.find(std::get<0>(found).get());
  if (leaf == tree_->by_leaf.end())
    return out;
  out.rows = leaf->second;
  for (const auto& parameter : std::get<1>(found))
    out.parameters.values.emplace_back(parameter.name(), parameter.as<std::string>());
  return out;
}

} // namespace camwall::http
