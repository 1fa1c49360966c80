#include "metrics/exporter.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <regex>
#include <set>
#include <string>

namespace camwall::metrics {
namespace {

using names = std::set<std::string>;

/// The arguments of the call whose parenthesis opens just before `begin`.
std::string arguments(const std::string& text, std::size_t begin) {
  auto end = begin;
  for (int depth = 1; end < text.size(); ++end) {
    depth += text[end] == '(' ? 1 : text[end] == ')' ? -1 : 0;
    if (depth == 0)
      break;
  }
  return text.substr(begin, end - begin);
}

/// Each first group of `pattern` in `text`.
names all_of(const std::regex& pattern, const std::string& text) {
  names out;
  for (std::sregex_iterator i{text.begin(), text.end(), pattern}, end; i != end; ++i)
    out.insert((*i)[1]);
  return out;
}

/// The limits that a source counts. Literals that are no words are sentences of a refusal; one that
/// ends with `_` is the beginning of the name that an eviction of a WebSocket has.
names counted_in(const std::string& text) {
  static const std::regex call{R"(\b(on_limit_?|limit_reached|refuse|evict)\()"};
  static const std::regex word{"\"([a-z_]*[a-z])\""};
  static const std::regex of_worker{"\"(worker_[a-z_]+)\""};
  names out;
  for (std::sregex_iterator i{text.begin(), text.end(), call}, end; i != end; ++i) {
    auto who = (*i)[1].str();
    auto what = arguments(text, static_cast<std::size_t>(i->position() + i->length()));
    for (const auto& name : all_of(who == "refuse" ? of_worker : word, what))
      out.insert((who == "evict" ? "websocket_" : "") + name);
  }
  return out;
}

names counted_anywhere() {
  names out;
  for (const auto* room : {"actors", "cli", "http", "media"})
    for (const auto& x : std::filesystem::recursive_directory_iterator{
           std::filesystem::path{CAMWALL_SOURCE_DIR} / room}) {
      if (x.path().extension() != ".cpp" && x.path().extension() != ".hpp")
        continue;
      std::ifstream in{x.path()};
      out.merge(counted_in({std::istreambuf_iterator<char>{in}, {}}));
    }
  return out;
}

TEST(limit_names_test, finds_the_limits_that_a_source_counts) {
  const std::string counts = R"x(parts_.on_limit("views"); on_limit(late() ? "a_b" : "c");)x";
  const std::string refuses = R"x(refuse("a sentence (so)", "worker_media"); refuse("other");)x";
  const std::string evicts = R"x(evict("stall", 1, "too slow"); on_limit("websocket_" + x);)x";
  EXPECT_EQ(counted_in(counts), (names{"views", "a_b", "c"}));
  EXPECT_EQ(counted_in(refuses), names{"worker_media"});
  EXPECT_EQ(counted_in(evicts), names{"websocket_stall"});
}

TEST(limit_names_test, shows_every_limit_from_the_start_and_no_other) {
  static const std::regex row{"camwall_limit_reached_total\\{limit=\"([a-z_]+)\"\\} 0\n"};
  snapshot_cell wall;
  EXPECT_EQ(counted_anywhere(), all_of(row, exporter(wall, "1.2.3").text()));
}

} // namespace
} // namespace camwall::metrics
