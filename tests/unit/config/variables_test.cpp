#include "tests/unit/config/config_fixture.hpp"

#include <gmock/gmock.h>
#include <sys/stat.h>

namespace camwall::config {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

/// A main file that names one variable as the label of its camera.
class variables_test : public testing::Test {
protected:
  void secrets(const std::string& text, ::mode_t mode = 0600) {
    ASSERT_EQ(::chmod(folder.write("secrets.yaml", text).c_str(), mode), 0);
  }
  void env_file(const std::string& text, ::mode_t mode = 0600) {
    ASSERT_EQ(::chmod(folder.write(".env", text).c_str(), mode), 0);
  }
  tl::expected<wall, std::vector<config_error>> load(std::map<std::string, std::string> env = {}) {
    auto text =
      "secrets_file: secrets.yaml\ncameras:\n  - {id: a, url: 'rtsp://cam/', label: '${X}'}\n";
    return load_file(folder.write("wall.yaml", text), fixed_environment(std::move(env)));
  }
  /// What `${X}` became, or the first error.
  std::string x(std::map<std::string, std::string> env = {}) {
    auto loaded = load(std::move(env));
    if (loaded)
      return loaded->cameras.at(0).label;
    return to_string(loaded.error().front()).substr(folder.path().string().size() + 1);
  }

  temporary_folder folder;
};

TEST_F(variables_test, environment_beats_secrets_file_beats_env_file) {
  secrets("X: from secrets\n");
  env_file("X=from .env\n");
  EXPECT_EQ(x({{"X", "from the environment"}}), "from the environment");
  EXPECT_EQ(x(), "from secrets");
  secrets("Y: 1\n");
  EXPECT_EQ(x(), "from .env");
  env_file("Y=1\n");
  EXPECT_THAT(x(), HasSubstr("the variable X is not set (environment, secrets_file, .env)"));
}

TEST_F(variables_test, secrets_are_taken_literally) {
  secrets("X: '${Y} # $$ \"%'\n");
  EXPECT_EQ(x(), "${Y} # $$ \"%");
  secrets("X: 0123\n");
  EXPECT_EQ(x(), "0123");
}

TEST_F(variables_test, refuses_a_secrets_file_that_everybody_can_read_or_write) {
  for (auto mode : {0644, 0604, 0602}) {
    secrets("X: s3cret\n", static_cast<::mode_t>(mode));
    EXPECT_THAT(x(), AllOf(HasSubstr("wall.yaml:1:15: secrets_file: the file "),
                           HasSubstr("by every user of this machine; mend it with: chmod o-rwx " +
                                     (folder.path() / "secrets.yaml").string()),
                           Not(HasSubstr("s3cret"))));
  }
  secrets("X: fine\n", 0640);
  EXPECT_EQ(x(), "fine");
}

TEST_F(variables_test, refuses_secrets_that_are_no_flat_mapping) {
  auto error_of = [&](const std::string& text) {
    secrets(text);
    auto out = x({{"X", "x"}});
    EXPECT_THAT(out, Not(HasSubstr("s3cret")));
    return out;
  };
  EXPECT_EQ(error_of("- s3cret\n"), "secrets.yaml:1:1: expected lines of NAME: value");
  EXPECT_EQ(error_of("X: [s3cret]\n"), "secrets.yaml:1:4: X: expected text, found a list");
  EXPECT_EQ(error_of("X:\n"), "secrets.yaml:1:1: X: expected text, found nothing");
  EXPECT_EQ(error_of("X: 1\nX: s3cret\n"), "secrets.yaml:2:1: X: is given twice");
  EXPECT_EQ(error_of("s3cret-x: 1\n"),
            "secrets.yaml:1:1: a key is not the name of a variable (letters, digits, _)");
  EXPECT_EQ(error_of("X: !file s3cret\n"),
            "secrets.yaml:1:4: X: tags mean nothing here; write the secret itself");
  EXPECT_EQ(error_of("X: " + std::string(5000, 'x') + "\n"),
            "secrets.yaml:1:4: X: is longer than 4096 bytes");
  EXPECT_THAT(error_of(""), HasSubstr("the file is empty"));
  std::filesystem::remove(folder.path() / "secrets.yaml");
  EXPECT_THAT(x(), HasSubstr("cannot be read: No such file or directory"));
}

TEST_F(variables_test, reads_what_people_write_into_env_files) {
  secrets("Y: 1\n");
  auto value_of = [&](const std::string& text) {
    env_file(text);
    return x();
  };
  EXPECT_EQ(value_of("# a comment\n\nexport X=plain text # comment\r\n"), "plain text");
  EXPECT_EQ(value_of("X=a#b"), "a#b");
  EXPECT_EQ(value_of("  X = ' a \"b\" \\ # c ' # comment\n"), " a \"b\" \\ # c ");
  EXPECT_EQ(value_of("X=\"a \\\"b\\\" \\\\ ${Y}\"\n"), "a \"b\" \\ ${Y}");
  EXPECT_EQ(value_of("X=1\nX=2\n"), "2");
  EXPECT_EQ(value_of("X=a=b\n"), "a=b");
}

TEST_F(variables_test, names_the_line_of_an_env_file_that_is_wrong) {
  secrets("Y: 1\n");
  auto error_of = [&](const std::string& text) {
    env_file(text);
    auto out = x({{"X", "x"}});
    EXPECT_THAT(out, Not(HasSubstr("s3cret")));
    return out;
  };
  EXPECT_EQ(error_of("A=1\ns3cret\n"), ".env:2:1: expected NAME=value");
  EXPECT_EQ(error_of("A=1\n\n1X=s3cret\n"),
            ".env:3:1: what stands before = is not the name of a variable (letters, digits, _)");
  EXPECT_EQ(error_of("X=\"s3cret\n"),
            ".env:1:1: the quotes around the value of X are not in order");
  EXPECT_EQ(error_of("X='s3cret' s3cret\n"),
            ".env:1:1: the quotes around the value of X are not in order");
  EXPECT_EQ(error_of("X=\xff\n"), ".env:1:3: is not UTF-8 text");
  EXPECT_EQ(error_of(std::string(70'000, '#')), ".env: is larger than 64 KiB");
}

TEST_F(variables_test, warns_when_everybody_can_read_the_env_file) {
  secrets("X: 1\n");
  env_file("Y=1\n", 0644);
  EXPECT_THAT(load()->warnings, ElementsAre(HasSubstr(".env: can be read by every user")));
  env_file("Y=1\n");
  EXPECT_THAT(load()->warnings, IsEmpty());
}

TEST_F(variables_test, the_name_of_the_secrets_file_may_come_from_the_env_file) {
  env_file("WHERE=other.yaml\n");
  ASSERT_EQ(::chmod(folder.write("other.yaml", "X: found\n").c_str(), 0600), 0);
  auto text = "secrets_file: ${WHERE}\ncameras:\n  - {id: a, url: 'rtsp://cam/', label: '${X}'}\n";
  auto loaded = load_file(folder.write("wall.yaml", text), fixed_environment({}));
  ASSERT_TRUE(loaded);
  EXPECT_EQ(loaded->cameras.at(0).label, "found");
}

} // namespace
} // namespace camwall::config
