#include "config/camera_document.hpp"
#include "tests/unit/config/config_fixture.hpp"

#include <random>

namespace camwall::config {
namespace {

/// Loads what may be anything: it must give a wall, or errors that all have a message.
void expect_an_answer(const std::string& text) {
  auto loaded = load_text(text, "wall.yaml", fixed_environment({}));
  if (loaded)
    return;
  ASSERT_FALSE(loaded.error().empty());
  for (const auto& error : loaded.error())
    ASSERT_FALSE(error.message.empty());
}

TEST(mutation_test, answers_every_truncation_of_the_example) {
  auto example = repository_file("config/wall.example.yaml");
  for (std::size_t size = 0; size < example.size(); size += 7)
    ASSERT_NO_THROW(expect_an_answer(example.substr(0, size))) << size;
}

TEST(mutation_test, answers_every_mutation_of_the_example) {
  constexpr std::string_view alphabet = "{}[]:,-#&*!|>'\"%@`$ \n\t\xff?~<=.0aA\\";
  constexpr unsigned seed = 20'26;
  auto example = repository_file("config/wall.example.yaml");
  std::mt19937 random{seed};
  auto below = [&random](std::size_t n) { return random() % n; };
  for (int round = 0; round < 400; ++round) {
    auto text = example;
    for (auto edits = 1 + below(6); edits > 0 && !text.empty(); --edits) {
      auto at = below(text.size());
      switch (below(4)) {
        case 0:
          text[at] = alphabet[below(alphabet.size())];
          break;
        case 1:
          text.insert(at, 1, alphabet[below(alphabet.size())]);
          break;
        case 2:
          text.erase(at, 1 + below(30));
          break;
        default:
          text.insert(at, text.substr(below(text.size()), below(80)));
      }
    }
    ASSERT_NO_THROW(expect_an_answer(text)) << "round " << round << "\n" << text;
  }
}

TEST(mutation_test, answers_every_mutation_of_a_document) {
  constexpr std::string_view document =
    R"({"id": "a", "label": "b", "url": "rtsp://u:p@cam/1", "sub_url": "rtsp://***@cam/2", "username": "***",
    "password": "***", "template": "dahua", "host": "cam", "port": 554, "channel": 1, "audio": true, "quirks": [],
    "picture": {"interval": "2s", "black_luma": 8, "ignore": ["black", "frozen"]}})";
  constexpr std::string_view alphabet = "{}[]:,\"\\ntruefals0123456789eE.-+*@/$ \xff\xc3\n";
  constexpr unsigned seed = 20'26;
  std::mt19937 random{seed};
  auto below = [&random](std::size_t n) { return random() % n; };
  wall main;
  auto before = camera_from_json(R"({"id": "a", "url": "rtsp://u:p@cam/1"})", main);
  ASSERT_TRUE(before);
  for (int round = 0; round < 5000; ++round) {
    std::string text{document};
    for (auto edits = 1 + below(5); edits > 0; --edits) {
      auto at = below(text.size());
      if (below(2) == 0)
        text[at] = alphabet[below(alphabet.size())];
      else
        text.replace(at, below(25), text.substr(below(text.size()), below(25)));
    }
    ASSERT_NO_THROW(camera_from_json(text, main)) << text;
    ASSERT_NO_THROW(camera_from_json(text, main, &*before)) << text;
    ASSERT_NO_THROW(camera_from_patch(text, main, *before)) << text;
  }
}

TEST(mutation_test, answers_what_is_made_to_cost_much) {
  constexpr int many = 20'000;
  for (std::string_view piece : {"[", "{", "- ", "? ", "&a ", "!x ", "*a ", "a: ", "\"", "'", "|\n",
                                 "${", "%", "---\n", "a: b\n", ",", "a:\n b:\n", "<<: "}) {
    std::string text;
    for (int i = 0; i < many; ++i)
      text += piece;
    ASSERT_NO_THROW(expect_an_answer(text)) << piece;
  }
}

} // namespace
} // namespace camwall::config
