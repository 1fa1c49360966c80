#include "tests/unit/config/config_fixture.hpp"

#include <gmock/gmock.h>
#include <sys/stat.h>

namespace camwall::config {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

constexpr std::string_view one_camera =
  "cameras:\n  - id: gate\n    url: rtsp://cam/\n    username: "
  "admin\n    password: !file pw\n";

tl::expected<wall, std::vector<config_error>> load_with_secret(const temporary_folder& folder,
                                                               std::string_view secret,
                                                               ::mode_t mode = 0600) {
  auto file = folder.write("pw", std::string{secret});
  EXPECT_EQ(::chmod(file.c_str(), mode), 0);
  return load_file(folder.write("wall.yaml", std::string{one_camera}),
                   fixed_environment({{"X", "no"}}));
}

std::string message_for(std::string_view secret) {
  temporary_folder folder;
  auto loaded = load_with_secret(folder, secret);
  return loaded ? "good" : loaded.error().front().message;
}

TEST(secret_test, reads_a_file_beside_the_configuration_without_its_last_line_break) {
  temporary_folder folder;
  for (std::string_view secret : {"s3 cret", "s3 cret\n", "s3 cret\r\n"}) {
    auto loaded = load_with_secret(folder, secret);
    ASSERT_TRUE(loaded);
    EXPECT_EQ(loaded->cameras.at(0).url, "rtsp://admin:s3%20cret@cam/");
    EXPECT_EQ(loaded->cameras.at(0).password, "s3 cret");
    EXPECT_THAT(loaded->warnings, IsEmpty());
  }
}

TEST(secret_test, takes_the_content_literally) {
  temporary_folder folder;
  auto loaded = load_with_secret(folder, "${X}");
  ASSERT_TRUE(loaded);
  EXPECT_EQ(loaded->cameras.at(0).password, "${X}");
}

TEST(secret_test, warns_when_every_user_can_read_the_file) {
  temporary_folder folder;
  auto loaded = load_with_secret(folder, "s3cret", 0644);
  ASSERT_TRUE(loaded);
  ASSERT_THAT(loaded->warnings,
              ElementsAre(HasSubstr("wall.yaml:5:15: cameras[0].password: the secret's file")));
  EXPECT_THAT(loaded->warnings.front(), HasSubstr("can be read by every user; chmod o-r it"));
  EXPECT_THAT(loaded->warnings.front(), Not(HasSubstr("s3cret")));
}

TEST(secret_test, refuses_files_that_hold_no_secret) {
  EXPECT_THAT(message_for(""), HasSubstr("is empty"));
  EXPECT_THAT(message_for("\n"), HasSubstr("is empty"));
  EXPECT_EQ(message_for("a\nb\n"), "holds a line break");
  EXPECT_THAT(message_for("\x01"), HasSubstr("holds a control character"));
  EXPECT_THAT(message_for(std::string(4097, 'x')), HasSubstr("is larger than 4 KiB"));
}

/// Every way to get a password into a configuration that is wrong elsewhere.
TEST(secret_test, no_message_ever_shows_a_password) {
  std::vector<std::string> texts{
    "cameras:\n  - {id: a, url: \"rtsp://admin:hunter2@/\"}\n",
    "cameras:\n  - {id: a, url: \"rtsp://admin:hunter2 @cam/\"}\n",
    "cameras:\n  - {id: a, url: \"rtsp://admin:x/hunter2@cam/\"}\n",
    "cameras:\n  - {id: a, url: \"rtsp://admin:hunter2@cam:99999/\"}\n",
    "cameras:\n  - {id: a, url: \"rtsp://hunter2%@cam/\"}\n",
    "cameras:\n  - {id: a, url: \"http://admin:hunter2@cam/\"}\n",
    "cameras:\n  - {id: a, url: \"admin:hunter2@cam\"}\n",
    "cameras:\n  - {id: a, url: \"rtsp://a:hunter2@cam/\", username: b, password: hunter2}\n",
    "cameras:\n  - {id: a, url: \"rtsp://cam/\", password: hunter2}\n",
    "cameras:\n  - {id: a, url: \"rtsp://cam/\", username: x, password: [hunter2]}\n",
    "cameras:\n  - {id: a, url: \"rtsp://cam/\", username: x, password: \"hunter2\\n\"}\n",
    "cameras:\n  - {id: a, url: \"rtsp://cam/\", username: x, password: !env hunter2}\n",
    "cameras:\n  - {id: a, url: \"rtsp://${SECRET}@/\"}\n",
    "cameras:\n  - {id: a, transport: \"${SECRET}\", url: \"rtsp://cam/\"}\n",
    "cameras:\n  - {id: a, transport: \"rtsp://x:hunter2@cam/\", url: \"rtsp://cam/\"}\n",
    "cameras:\n  - {id: a, \"rtsp://x:hunter2@cam/\": url}\n",
    "state_dir: \"rtsp://x:hunter2@cam/\nhls: {}\n",
  };
  for (const auto& text : texts) {
    auto loaded = load_text(text, "wall.yaml", fixed_environment({{"SECRET", "hunter2"}}));
    ASSERT_FALSE(loaded) << text;
    for (const auto& error : loaded.error())
      EXPECT_THAT(to_string(error), Not(HasSubstr("hunter2")));
  }
}

} // namespace
} // namespace camwall::config
