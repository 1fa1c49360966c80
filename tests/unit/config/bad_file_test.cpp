#include "tests/unit/config/config_fixture.hpp"

#include <sys/stat.h>
#include <unistd.h>

namespace camwall::config {
namespace {

class bad_file_test : public testing::TestWithParam<bad_case> {};

TEST_P(bad_file_test, is_refused_with_its_place) {
  EXPECT_EQ(errors_of(GetParam().text), GetParam().errors);
}

std::string repeat(std::string_view text, int times) {
  std::string out;
  for (int i = 0; i < times; ++i)
    out += text;
  return out;
}

const std::vector<bad_case> not_yaml{
  {"empty", "", "wall.yaml:1:1: the file is empty\n"},
  {"only_comments", "# nothing\n\n", "wall.yaml:1:1: the file is empty\n"},
  {"only_a_marker", "---\n", "wall.yaml:1:1: the file is empty\n"},
  {"text", "hello\n", "wall.yaml:1:1: expected a mapping (lines of key: value), found text\n"},
  {"list", "- a\n", "wall.yaml:1:1: expected a mapping (lines of key: value), found a list\n"},
  {"not_utf8", "log:\n  level: \xff\n", "wall.yaml:2:10: is not UTF-8 text\n"},
  {"utf16", std::string("\xff\xfel\0o\0", 6), "wall.yaml:1:1: is not UTF-8 text\n"},
  {"overlong_utf8", "# \xc0\xaf\n", "wall.yaml:1:3: is not UTF-8 text\n"},
  {"nul", std::string("log:\n  level: \0\n", 16), "wall.yaml:2:10: holds a control character\n"},
  {"tab", "log:\n\tlevel: info\n", "wall.yaml:2:1: a tab in the indentation; YAML wants spaces\n"},
  {"tab_after_spaces", "log:\n  \tlevel: info\n",
   "wall.yaml:2:3: a tab in the indentation; YAML wants spaces\n"},
  {"open_quote", "log:\n  level: \"info\n",
   "wall.yaml:2:10: a quote is opened here and never closed\n"},
  {"open_single_quote", "log:\n  level: !x 'it''s\nhls: {}\n",
   "wall.yaml:2:10: a quote is opened here and never closed\n"},
  {"open_bracket", "server:\n  hosts: [a, b\n",
   "wall.yaml:3:1: YAML syntax: end of sequence flow not found; its bracket is on line 2\n"},
  {"two_values", "log:\n  level: info: debug\n",
   "wall.yaml:2:14: YAML syntax: illegal map value\n"},
  {"unknown_alias", "log: *nothing\n",
   "wall.yaml:1:6: YAML syntax: the referenced anchor is not defined\n"},
  {"alias_in_itself", "server: &a\n  hosts: *a\n",
   "wall.yaml:2:10: this alias stands inside what it names\n"},
  {"two_documents", "log: {}\n---\nlog: {}\n",
   "wall.yaml:2:1: a second document begins here; a configuration is one document\n"},
  {"text_after_the_end", "    log: {}\n  hls: {}\n",
   "wall.yaml:2:3: text after the end of the configuration; is the indentation right?\n"},
  {"too_deep", "a: " + repeat("[", 16) + repeat("]", 16) + "\n",
   "wall.yaml:1:19: nested deeper than 16 levels\n"},
  {"alias_bomb",
   "a: &a [x, x, x, x, x, x, x, x, x, x]\nb: &b [*a, *a, *a, *a, *a, *a, *a, *a, *a, *a]\n"
   "c: &c [*b, *b, *b, *b, *b, *b, *b, *b, *b, *b]\nd: &d [*c, *c, *c, *c, *c, *c, *c, *c, *c, "
   "*c]\n"
   "e: &e [*d, *d, *d, *d, *d, *d, *d, *d, *d, *d]\n",
   "wall.yaml:5:36: more than 100000 values, counting what aliases repeat\n"},
};

INSTANTIATE_TEST_SUITE_P(not_yaml, bad_file_test, testing::ValuesIn(not_yaml), case_name);

std::string error_of_file(const std::filesystem::path& file) {
  auto loaded = load_file(file, fixed_environment({}));
  return loaded ? "good" : loaded.error().front().message;
}

TEST(bad_file_test, names_a_file_that_does_not_exist) {
  auto loaded = load_file("/nowhere/wall.yaml", fixed_environment({}));
  ASSERT_FALSE(loaded);
  EXPECT_EQ(to_string(loaded.error().front()),
            "/nowhere/wall.yaml: cannot be read: No such file or directory");
}

TEST(bad_file_test, refuses_a_folder) {
  temporary_folder folder;
  EXPECT_EQ(error_of_file(folder.path()), "is a directory");
}

TEST(bad_file_test, refuses_a_fifo_without_waiting_for_its_writer) {
  temporary_folder folder;
  auto fifo = folder.path() / "fifo";
  ASSERT_EQ(::mkfifo(fifo.c_str(), 0600), 0);
  EXPECT_EQ(error_of_file(fifo), "is not a regular file");
}

TEST(bad_file_test, refuses_a_file_that_it_may_not_read) {
  if (::geteuid() == 0)
    GTEST_SKIP() << "root may read everything";
  temporary_folder folder;
  auto file = folder.write("wall.yaml", "log: {}\n");
  ASSERT_EQ(::chmod(file.c_str(), 0), 0);
  EXPECT_EQ(error_of_file(file), "cannot be read: Permission denied");
}

TEST(bad_file_test, tells_when_reading_fails) {
  EXPECT_EQ(error_of_file("/proc/self/mem"), "cannot be read: Input/output error");
}

TEST(bad_file_test, refuses_more_than_a_mebibyte) {
  temporary_folder folder;
  std::string largest(config_bytes_max, '#');
  EXPECT_EQ(error_of_file(folder.write("large.yaml", largest + "#")), "is larger than 1 MiB");
  EXPECT_EQ(error_of_file(folder.write("wall.yaml", largest)), "the file is empty");
}

TEST(bad_file_test, sorts_errors_by_place_and_counts_the_surplus) {
  std::string text = "cameras:\n";
  for (int i = 0; i < 230; ++i)
    text += "  - {id: A, url: 'rtsp://cam/'}\n";
  auto loaded = load_text("zzz: 1\n" + text + "yyy: 1\n", "wall.yaml", fixed_environment({}));
  ASSERT_FALSE(loaded);
  ASSERT_EQ(loaded.error().size(), errors_max + 1);
  EXPECT_EQ(loaded.error().front().line, 1);
  EXPECT_EQ(to_string(loaded.error().back()),
            "wall.yaml:201:10: and 32 more errors after this line");
}

} // namespace
} // namespace camwall::config
