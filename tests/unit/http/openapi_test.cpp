// The document of the API and the program say the same.

#include "http/dispatcher.hpp"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <fstream>
#include <set>
#include <string>

namespace camwall::http {
namespace {

using nlohmann::json;

json document() {
  std::ifstream file{std::string{CAMWALL_SOURCE_DIR} + "/static/openapi.json"};
  return json::parse(file);
}

std::string lower(std::string_view word) {
  std::string out{word};
  std::transform(out.begin(), out.end(), out.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return out;
}

// `/api/v1/cameras/:id` is `/api/v1/cameras/{id}` there.
std::string templated(std::string_view pattern) {
  std::string out;
  for (std::size_t i = 0; i < pattern.size(); ++i) {
    if (pattern[i] == '*') {
      out += "{path}";
    } else if (pattern[i] == ':') {
      auto end = std::min(pattern.find('/', i), pattern.size());
      out.append("{").append(pattern.substr(i + 1, end - i - 1)).append("}");
      i = end - 1;
    } else {
      out.push_back(pattern[i]);
    }
  }
  return out;
}

std::set<std::string> routes_of_the_program() {
  snapshot_cell wall;
  wall_services services;
  services.wall = &wall;
  dispatcher sut{{}, services};
  std::set<std::string> out;
  for (const auto& row : sut.routes())
    out.insert(lower(to_string(row.method)) + ' ' + templated(row.pattern));
  return out;
}

// All strings behind a `$ref`, wherever.
void collect_references(const json& x, std::set<std::string>& into) {
  if (x.is_object() && x.contains("$ref"))
    into.insert(x["$ref"].get<std::string>());
  if (x.is_structured())
    for (const auto& part : x)
      collect_references(part, into);
}

TEST(openapi_test, holds_every_route_of_the_program_and_no_other) {
  std::set<std::string> documented;
  auto all = document();
  for (const auto& [path, methods] : all.at("paths").items())
    for (const auto& [name, operation] : methods.items())
      documented.insert(std::string{name}.append(" ").append(path));
  EXPECT_EQ(documented, routes_of_the_program());
}

TEST(openapi_test, names_every_parameter_of_a_path_and_every_operation_once) {
  std::set<std::string> names;
  auto all = document();
  for (const auto& [path, methods] : all.at("paths").items())
    for (const auto& [method, operation] : methods.items()) {
      EXPECT_TRUE(names.insert(operation.at("operationId")).second) << operation.at("operationId");
      std::size_t named = 0;
      for (const auto& parameter : operation.value("parameters", json::array())) {
        if (parameter.at("in") != "path")
          continue;
        ++named;
        EXPECT_NE(path.find('{' + parameter.at("name").get<std::string>() + '}'),
                  std::string::npos);
      }
      EXPECT_EQ(named, static_cast<std::size_t>(std::count(path.begin(), path.end(), '{'))) << path;
    }
}

TEST(openapi_test, refers_only_to_what_is_there_and_to_all_of_it) {
  auto all = document();
  std::set<std::string> references;
  collect_references(all, references);
  std::set<std::string> there;
  for (const auto& [kind, parts] : all.at("components").items())
    for (const auto& [name, part] : parts.items())
      there.insert(std::string{"#/components/"}.append(kind).append("/").append(name));
  EXPECT_EQ(references, there);
}

} // namespace
} // namespace camwall::http
