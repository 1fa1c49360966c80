#include "config/camera_files.hpp"

#include "tests/unit/config/document_fixture.hpp"

#include <gmock/gmock.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <csignal>
#include <fstream>
#include <sstream>

namespace camwall::config {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::StartsWith;

std::string content_of(const std::filesystem::path& file) {
  std::ostringstream out;
  out << std::ifstream{file, std::ios::binary}.rdbuf();
  return out.str();
}

std::string text_of(std::string_view label) {
  return camera_file_text(
    good_camera(R"({"id": "a", "url": "rtsp://cam/", "label": ")" + std::string{label} + R"("})"));
}

std::string message(const camera_files::result& x) {
  return x ? "good" : x.error();
}

::mode_t mode_of(const std::filesystem::path& file) {
  struct stat status {};
  EXPECT_EQ(::stat(file.c_str(), &status), 0) << file;
  return status.st_mode & 07777;
}

std::size_t entries_of(const std::filesystem::path& folder) {
  return static_cast<std::size_t>(std::distance(std::filesystem::directory_iterator{folder}, {}));
}

class camera_files_test : public testing::Test {
protected:
  temporary_folder root;
  std::filesystem::path folder = root.path() / "cameras.d";
  camera_files files{folder};
};

TEST_F(camera_files_test, makes_the_folder_and_the_file_for_its_owner_alone) {
  EXPECT_EQ(message(files.write("a", text_of("one"))), "good");
  EXPECT_EQ(files.path_of("a"), folder / "api-a.yaml");
  EXPECT_EQ(content_of(files.path_of("a")), text_of("one"));
  EXPECT_EQ(mode_of(files.path_of("a")), 0600U);
  EXPECT_EQ(mode_of(folder), 0700U);
  EXPECT_EQ(entries_of(folder), 1U);
}

TEST_F(camera_files_test, replaces_and_removes_what_is_the_apis) {
  EXPECT_EQ(message(files.write("a", text_of("one"))), "good");
  EXPECT_EQ(message(files.write("a", text_of("two"))), "good");
  EXPECT_EQ(content_of(files.path_of("a")), text_of("two"));
  EXPECT_EQ(message(files.remove("a")), "good");
  EXPECT_EQ(entries_of(folder), 0U);
  EXPECT_EQ(message(files.remove("a")), "good") << "there is none already";
  std::filesystem::remove_all(folder);
  EXPECT_EQ(message(files.remove("a")), "good");
}

TEST_F(camera_files_test, leaves_alone_what_is_not_the_apis) {
  const std::string by_hand = "camera: {id: a, url: 'rtsp://cam/'}\n";
  root.write("cameras.d/api-a.yaml", by_hand);
  auto refused =
    AllOf(StartsWith(files.path_of("a").string()),
          HasSubstr(" is not a file that the API wrote (its first line does not say so)"));
  EXPECT_THAT(message(files.write("a", text_of("one"))), refused);
  EXPECT_THAT(message(files.remove("a")), refused);
  EXPECT_EQ(content_of(files.path_of("a")), by_hand);
  std::filesystem::create_directory(files.path_of("b"));
  EXPECT_THAT(message(files.write("b", text_of("one"))),
              HasSubstr("is not a file that the API wrote"));
}

TEST_F(camera_files_test, follows_no_link) {
  auto target = root.write("elsewhere", std::string{api_file_header} + "\nprecious\n");
  std::filesystem::create_directory(folder);
  std::filesystem::create_symlink(target, files.path_of("a"));
  EXPECT_THAT(message(files.write("a", text_of("one"))),
              HasSubstr("is not a file that the API wrote"));
  EXPECT_THAT(message(files.remove("a")), HasSubstr("is not a file that the API wrote"));
  std::filesystem::create_symlink(target, folder / ".api-b.yaml.tmp");
  EXPECT_EQ(message(files.write("b", text_of("one"))), "good");
  EXPECT_THAT(content_of(target), HasSubstr("precious"));
}

TEST_F(camera_files_test, names_no_file_after_what_is_no_id) {
  for (std::string_view id : {"", "../a", "a/b", ".", "A"}) {
    EXPECT_THAT(message(files.write(id, text_of("one"))), HasSubstr("is not the id of a camera"));
    EXPECT_THAT(message(files.remove(id)), HasSubstr("is not the id of a camera"));
  }
  EXPECT_FALSE(std::filesystem::exists(folder));
}

TEST_F(camera_files_test, removes_what_a_killed_process_left_and_nothing_else) {
  EXPECT_EQ(message(files.clean()), "good") << "there is no folder yet";
  for (const auto* name :
       {".api-a.yaml.tmp", ".api-b.yaml.tmp", "api-a.yaml", ".hidden.yaml.tmp", "x.tmp"})
    root.write(std::filesystem::path{"cameras.d"} / name, "torn");
  EXPECT_EQ(message(files.clean()), "good");
  EXPECT_EQ(entries_of(folder), 3U);
  EXPECT_FALSE(std::filesystem::exists(folder / ".api-a.yaml.tmp"));
}

TEST_F(camera_files_test, takes_the_place_of_its_own_leftovers) {
  root.write("cameras.d/.api-a.yaml.tmp", "torn");
  EXPECT_EQ(message(files.write("a", text_of("one"))), "good");
  EXPECT_EQ(entries_of(folder), 1U);
}

TEST_F(camera_files_test, says_in_one_sentence_why_it_cannot_write) {
  camera_files no_parent{root.path() / "gone" / "cameras.d"};
  EXPECT_EQ(message(no_parent.write("a", text_of("one"))),
            "the folder " + (root.path() / "gone/cameras.d").string() +
              " cannot be made: No such file or directory");
  auto file = root.write("file", "");
  EXPECT_EQ(message(camera_files{file}.write("a", text_of("one"))),
            "the folder " + file.string() + " cannot be opened: Not a directory");
  EXPECT_EQ(message(camera_files{file}.remove("a")),
            "the folder " + file.string() + " cannot be opened: Not a directory");
  EXPECT_EQ(message(camera_files{file}.clean()),
            "the folder " + file.string() + " cannot be read: Not a directory");
}

TEST_F(camera_files_test, keeps_the_old_file_when_the_disk_is_full) {
  ASSERT_EQ(message(files.write("a", text_of("one"))), "good");
  // A limit on the size of files ends a write half-way, as a full disk does.
  struct rlimit before {};
  ASSERT_EQ(::getrlimit(RLIMIT_FSIZE, &before), 0);
  auto* handler = std::signal(SIGXFSZ, SIG_IGN);
  struct rlimit small {
    100, before.rlim_max
  };
  ASSERT_EQ(::setrlimit(RLIMIT_FSIZE, &small), 0);
  auto result = files.write("a", text_of("two"));
  ASSERT_EQ(::setrlimit(RLIMIT_FSIZE, &before), 0);
  std::signal(SIGXFSZ, handler);
  EXPECT_EQ(message(result), files.path_of("a").string() + " cannot be written: File too large");
  EXPECT_EQ(content_of(files.path_of("a")), text_of("one"));
  EXPECT_EQ(entries_of(folder), 1U) << "nothing half-written stays";
}

TEST_F(camera_files_test, says_what_to_do_on_a_file_system_that_cannot_be_written) {
  camera_files read_only{"/sys/kernel/cameras.d"};
  EXPECT_THAT(message(read_only.write("a", text_of("one"))), HasSubstr("cannot be made: "));
  std::filesystem::create_directory(folder);
  ASSERT_EQ(::chmod(folder.parent_path().c_str(), 0755), 0);
  ASSERT_EQ(::chmod(folder.c_str(), 0555), 0);
  constexpr ::uid_t nobody = 65534;
  auto is_root = ::geteuid() == 0; // Who may write everywhere.
  ASSERT_TRUE(!is_root || ::seteuid(nobody) == 0);
  auto said = message(files.write("a", text_of("one")));
  ASSERT_TRUE(!is_root || ::seteuid(0) == 0);
  EXPECT_EQ(said,
            files.path_of("a").string() +
              " cannot be written: Permission denied; give it to the user that camwall runs as");
}

} // namespace
} // namespace camwall::config
