#include "media/server/output_folder.hpp"

#include "tests/support/temporary_folder.hpp"

#include <gtest/gtest.h>

namespace camwall::media {
namespace {

namespace fs = std::filesystem;

class output_folder_test : public ::testing::Test {
protected:
  bool exists(const std::string& name) {
    return fs::exists(root_.path() / name);
  }

  test::temporary_folder root_;
  output_folder folder_{root_.path()};
};

TEST_F(output_folder_test, removes_only_cameras_that_are_not_known) {
  root_.write("gate/main/a-1v.m4s", "x");
  root_.write("old/sub/index.m3u8", "x");
  root_.write("old/sub/init-a-v.mp4", "x");
  EXPECT_EQ(folder_.remove_orphans({"gate"}), 2u);
  EXPECT_TRUE(exists("gate/main/a-1v.m4s"));
  EXPECT_FALSE(exists("old"));
}

TEST_F(output_folder_test, wipes_everything_of_ours_and_nothing_else) {
  root_.write("gate/main/a-1.ts", "x");
  root_.write("gate/main/video.m3u8.tmp", "x");
  root_.write("gate/main/thesis.odt", "years of work");
  root_.write("holiday/beach.mp4", "memories");
  root_.write("README.md", "x");
  EXPECT_EQ(folder_.wipe(), 2u);
  EXPECT_TRUE(exists("gate/main/thesis.odt"));
  EXPECT_TRUE(exists("holiday/beach.mp4"));
  EXPECT_TRUE(exists("README.md"));
}

TEST_F(output_folder_test, removes_the_streams_of_one_camera_that_are_not_kept) {
  root_.write("gate/main/a-1v.m4s", "x");
  root_.write("gate/sub/a-1v.m4s", "x");
  root_.write("yard/main/a-1v.m4s", "x");
  EXPECT_EQ(folder_.remove_streams("gate", {"main"}), 1u);
  EXPECT_TRUE(exists("gate/main/a-1v.m4s"));
  EXPECT_EQ(folder_.remove_streams("gate", {}), 1u);
  EXPECT_FALSE(exists("gate"));
  EXPECT_EQ(folder_.remove_streams("gate", {}), 0u);
  EXPECT_TRUE(exists("yard/main/a-1v.m4s"));
}

TEST_F(output_folder_test, does_not_follow_a_link_out_of_the_folder) {
  test::temporary_folder elsewhere;
  auto precious = elsewhere.write("main/a-1.ts", "x");
  fs::create_directory_symlink(elsewhere.path(), root_.path() / "gate");
  folder_.wipe();
  EXPECT_TRUE(fs::exists(precious));
}

TEST_F(output_folder_test, says_why_it_cannot_be_made) {
  root_.write("file", "x");
  output_folder impossible{root_.path() / "file" / "hls"};
  EXPECT_NE(impossible.prepare().find("hls.directory"), std::string::npos);
}

} // namespace
} // namespace camwall::media
