#include "media/server/stderr_ring.hpp"

#include <gtest/gtest.h>

namespace camwall::media {
namespace {

class stderr_ring_test : public ::testing::Test {
protected:
  void feed(std::string_view text) {
    ring_.feed(text, [this](std::string_view line) { told_.emplace_back(line); });
  }

  stderr_ring ring_{3, "s3cr%t"};
  std::vector<std::string> told_;
};

TEST_F(stderr_ring_test, tells_each_line_once_it_is_complete) {
  feed("one\ntw");
  EXPECT_EQ(told_, std::vector<std::string>{"one"});
  feed("o\n\n");
  EXPECT_EQ(told_.back(), "two");
  EXPECT_EQ(told_.size(), 2u) << "an empty line says nothing";
}

TEST_F(stderr_ring_test, keeps_the_last_lines_only) {
  for (int i = 0; i < 10; ++i)
    feed(std::to_string(i) + '\n');
  EXPECT_EQ(ring_.lines(), (std::deque<std::string>{"7", "8", "9"}));
}

TEST_F(stderr_ring_test, cuts_a_line_that_never_ends) {
  feed(std::string(100'000, 'x'));
  feed("\n");
  EXPECT_EQ(told_.back().size(), stderr_ring::line_bytes_max);
}

TEST_F(stderr_ring_test, removes_the_password_however_it_is_written) {
  feed("failed for rtsp://admin:other@cam/1\nwith s3cr%t or s3cr%25t\n");
  EXPECT_EQ(told_[0], "failed for rtsp://***@cam/1");
  EXPECT_EQ(told_[1], "with *** or ***");
}

TEST_F(stderr_ring_test, makes_control_characters_harmless) {
  feed("a\x1b[2Jb\n");
  EXPECT_EQ(told_[0], "a [2Jb");
}

TEST_F(stderr_ring_test, shows_an_unfinished_line_when_there_is_no_other) {
  feed("Segmentation");
  EXPECT_EQ(ring_.last(), "Segmentation");
}

TEST(password_of_test, decodes_the_password_of_an_address) {
  EXPECT_EQ(password_of("rtsp://admin:p%40ss%25@cam:554/1"), "p@ss%");
  EXPECT_EQ(password_of("rtsp://admin@cam/1"), "");
  EXPECT_EQ(password_of("rtsp://cam:554/1"), "");
  EXPECT_EQ(password_of("nonsense"), "");
}

} // namespace
} // namespace camwall::media
