#include "tests/unit/config/config_fixture.hpp"

#include <fstream>
#include <sstream>

namespace camwall::config {

environment fixed_environment(std::map<std::string, std::string> variables) {
  return [variables = std::move(variables)](const std::string& name) -> std::optional<std::string> {
    auto found = variables.find(name);
    return found == variables.end() ? std::nullopt : std::optional<std::string>{found->second};
  };
}

std::string errors_of(std::string_view text) {
  auto loaded =
    load_text(text, "wall.yaml", fixed_environment({{"HOST", "cam"}, {"LEVEL", "loud"}}));
  if (loaded)
    return "good\n";
  std::string out;
  for (const auto& error : loaded.error())
    out += to_string(error) + "\n";
  return out;
}

std::string case_name(const testing::TestParamInfo<bad_case>& info) {
  return info.param.name;
}

std::string repository_file(const std::string& path) {
  std::ifstream in{std::filesystem::path{CAMWALL_SOURCE_DIR} / path, std::ios::binary};
  std::ostringstream out;
  out << in.rdbuf();
  EXPECT_FALSE(out.str().empty()) << path;
  return out.str();
}

wall load_good(std::string_view text, const environment& env, const std::filesystem::path& file) {
  auto loaded = load_text(text, file, env);
  if (loaded)
    return std::move(*loaded);
  for (const auto& error : loaded.error())
    ADD_FAILURE() << to_string(error);
  return {};
}

} // namespace camwall::config
