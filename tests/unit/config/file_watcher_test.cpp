#include "config/file_watcher.hpp"

#include "tests/support/temporary_folder.hpp"

#include <gtest/gtest.h>

namespace camwall::config {
namespace {

namespace fs = std::filesystem;

class file_watcher_test : public ::testing::Test {
protected:
  fs::path file(const std::string& name) const {
    return folder_.path() / name;
  }

  /// As editors and camwall itself do.
  void replace(const std::string& name, const std::string& text) const {
    folder_.write(name + ".new", text);
    fs::rename(file(name + ".new"), file(name));
  }

  test::temporary_folder folder_;
  file_watcher watcher_;
};

TEST_F(file_watcher_test, sees_a_file_written_renamed_removed_and_made_again) {
  folder_.write("wall.yaml", "a");
  EXPECT_TRUE(watcher_.watch({file("wall.yaml")}, {}));
  EXPECT_FALSE(watcher_.polls());
  EXPECT_FALSE(watcher_.take_events());
  folder_.write("wall.yaml", "b");
  EXPECT_TRUE(watcher_.take_events());
  replace("wall.yaml", "c");
  EXPECT_TRUE(watcher_.take_events());
  fs::remove(file("wall.yaml"));
  EXPECT_TRUE(watcher_.take_events());
  folder_.write("wall.yaml", "d");
  EXPECT_TRUE(watcher_.take_events());
  EXPECT_FALSE(watcher_.take_events()) << "told once";
}

TEST_F(file_watcher_test, overlooks_everything_else_in_the_folder) {
  folder_.write("wall.yaml", "a");
  watcher_.watch({file("wall.yaml")}, {});
  folder_.write("log", "a line");
  folder_.write(".wall.yaml.swp", "an editor's");
  folder_.write("state/sequences.json", "{}");
  EXPECT_FALSE(watcher_.take_events());
}

TEST_F(file_watcher_test, sees_drop_ins_come_change_and_go) {
  folder_.write("cameras.d/a.yaml", "a");
  watcher_.watch({file("wall.yaml")}, {file("cameras.d")});
  folder_.write("cameras.d/b.yaml", "b");
  EXPECT_TRUE(watcher_.take_events());
  replace("cameras.d/a.yaml", "c");
  EXPECT_TRUE(watcher_.take_events());
  fs::remove(file("cameras.d/b.yaml"));
  EXPECT_TRUE(watcher_.take_events());
  folder_.write("cameras.d/README", "x");
  EXPECT_FALSE(watcher_.take_events());
}

TEST_F(file_watcher_test, sees_the_folder_of_drop_ins_come_to_be) {
  watcher_.watch({file("wall.yaml")}, {file("cameras.d")});
  EXPECT_FALSE(watcher_.polls());
  folder_.write("cameras.d/a.yaml", "a");
  EXPECT_TRUE(watcher_.take_events());
  EXPECT_TRUE(watcher_.watch({file("wall.yaml")}, {file("cameras.d")})) << "a new place";
  EXPECT_FALSE(watcher_.watch({file("wall.yaml")}, {file("cameras.d")}));
  folder_.write("cameras.d/b.yaml", "b");
  EXPECT_TRUE(watcher_.take_events());
}

TEST_F(file_watcher_test, sees_kubernetes_swap_its_link) {
  folder_.write("..1/wall.yaml", "a");
  folder_.write("..2/wall.yaml", "b");
  fs::create_directory_symlink("..1", file("..data"));
  fs::create_symlink("..data/wall.yaml", file("wall.yaml"));
  watcher_.watch({file("wall.yaml")}, {});
  EXPECT_FALSE(watcher_.take_events());
  fs::create_directory_symlink("..2", file("..data_tmp"));
  fs::rename(file("..data_tmp"), file("..data"));
  EXPECT_TRUE(watcher_.take_events());
  EXPECT_TRUE(watcher_.watch({file("wall.yaml")}, {})) << "the file lies elsewhere now";
  folder_.write("..2/wall.yaml", "c");
  EXPECT_TRUE(watcher_.take_events());
  folder_.write("..1/wall.yaml", "of no interest any more");
  EXPECT_FALSE(watcher_.take_events());
}

TEST_F(file_watcher_test, sees_the_file_behind_a_link_change) {
  test::temporary_folder elsewhere;
  auto target = elsewhere.write("real.yaml", "a");
  fs::create_symlink(target, file("wall.yaml"));
  watcher_.watch({file("wall.yaml")}, {});
  elsewhere.write("real.yaml", "b");
  EXPECT_TRUE(watcher_.take_events());
}

TEST_F(file_watcher_test, sees_its_folder_replaced) {
  folder_.write("etc/wall.yaml", "a");
  watcher_.watch({file("etc/wall.yaml")}, {});
  fs::rename(file("etc"), file("old"));
  EXPECT_TRUE(watcher_.take_events());
  watcher_.watch({file("etc/wall.yaml")}, {});
  EXPECT_TRUE(watcher_.polls()) << "there is no such folder";
  folder_.write("etc/wall.yaml", "b");
  EXPECT_TRUE(watcher_.look());
  watcher_.watch({file("etc/wall.yaml")}, {});
  EXPECT_FALSE(watcher_.polls());
}

TEST_F(file_watcher_test, gets_over_links_that_lead_in_a_circle) {
  fs::create_symlink("b", file("a"));
  fs::create_symlink("a", file("b"));
  watcher_.watch({file("a/wall.yaml")}, {});
  EXPECT_FALSE(watcher_.take_events());
}

TEST_F(file_watcher_test, looks_by_itself_where_the_system_cannot_tell) {
  folder_.write("wall.yaml", "a");
  folder_.write("cameras.d/a.yaml", "a");
  file_watcher slow{false};
  slow.watch({file("wall.yaml")}, {file("cameras.d")});
  EXPECT_TRUE(slow.polls());
  EXPECT_EQ(slow.fd(), -1);
  EXPECT_FALSE(slow.take_events());
  EXPECT_FALSE(slow.look());
  replace("wall.yaml", "bb");
  EXPECT_TRUE(slow.look());
  EXPECT_FALSE(slow.look());
  folder_.write("cameras.d/b.yaml", "b");
  EXPECT_TRUE(slow.look());
  fs::remove(file("wall.yaml"));
  EXPECT_TRUE(slow.look());
}

} // namespace
} // namespace camwall::config
