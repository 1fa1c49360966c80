#include "media/worker/publisher.hpp"

#include <gmock/gmock.h>

#include <filesystem>
#include <fstream>
#include <set>
#include <sstream>

namespace camwall::media {

namespace {

namespace fs = std::filesystem;

class publisher_test : public testing::Test {
protected:
  void SetUp() override {
    folder_ =
      fs::path{testing::TempDir()} / testing::UnitTest::GetInstance()->current_test_info()->name();
    fs::remove_all(folder_);
    fs::create_directories(folder_);
    order_.output_dir = folder_.string();
    order_.run = "r2";
    order_.window = 3;
    order_.grace = 2;
    order_.media_sequence = 10;
    order_.discontinuity_sequence = 5;
    order_.container = "fmp4";
  }

  void TearDown() override {
    fs::remove_all(folder_);
  }

  publisher& start(bool audio = false) {
    files_.emplace(output_folder::open(order_.output_dir).value());
    publisher_ = std::make_unique<publisher>(
      order_, *files_, [this](const segment_published& x) { facts_.push_back(x); });
    EXPECT_TRUE(publisher_->set_video_init(content_));
    if (audio) {
      publisher_->add_audio();
      EXPECT_TRUE(publisher_->set_audio_init(content_));
    }
    publisher_->describe({.codecs = "avc1.64001f"});
    return *publisher_;
  }

  status publish(double seconds = 1.0) {
    if (auto done = publisher_->append_video(content_); !done)
      return done;
    return publisher_->end_segment({.video_s = seconds}, 25);
  }

  std::set<std::string> names() const {
    std::set<std::string> out;
    for (const auto& x : fs::directory_iterator{folder_})
      out.insert(x.path().filename().string());
    return out;
  }

  std::string text(const std::string& name) const {
    std::ifstream in{folder_ / name};
    std::stringstream out;
    out << in.rdbuf();
    return out.str();
  }

  void leave(const std::string& name) const {
    std::ofstream{folder_ / name} << "old";
  }

  fs::path folder_;
  open_order order_;
  std::optional<output_folder> files_;
  std::unique_ptr<publisher> publisher_;
  std::vector<segment_published> facts_;
  bytes content_ = bytes(100, 1);
};

TEST_F(publisher_test, numbers_segments_as_it_was_told) {
  start();
  ASSERT_TRUE(publish());
  ASSERT_TRUE(publish());
  EXPECT_THAT(names(), testing::UnorderedElementsAre("index.m3u8", "video.m3u8", "init-r2-v.mp4",
                                                     "r2-10v.m4s", "r2-11v.m4s"));
  ASSERT_EQ(facts_.size(), 2U);
  EXPECT_EQ(facts_[1].media_sequence, 11U);
  EXPECT_EQ(facts_[1].discontinuity_sequence, 5U);
  EXPECT_NE(text("video.m3u8").find("#EXT-X-MEDIA-SEQUENCE:10\n"), std::string::npos);
}

TEST_F(publisher_test, keeps_segments_beyond_the_window_for_slow_readers_and_no_longer) {
  start();
  for (int i = 0; i < 20; ++i)
    ASSERT_TRUE(publish());
  EXPECT_THAT(names(), testing::UnorderedElementsAre("index.m3u8", "video.m3u8", "init-r2-v.mp4",
                                                     "r2-25v.m4s", "r2-26v.m4s", "r2-27v.m4s",
                                                     "r2-28v.m4s", "r2-29v.m4s"));
  EXPECT_EQ(text("video.m3u8").find("r2-26v.m4s"), std::string::npos);
  EXPECT_NE(text("video.m3u8").find("r2-27v.m4s"), std::string::npos);
}

TEST_F(publisher_test,
       leaves_the_last_runs_segments_to_their_readers_until_its_own_take_their_place) {
  for (int i = 1; i < 6; ++i)
    leave("r1-" + std::to_string(i) + "v.m4s");
  leave("index.m3u8");
  start();
  EXPECT_EQ(names().count("r1-1v.m4s"), 1U) << "nothing goes before the first playlist is out";
  for (int i = 0; i < 8; ++i) {
    ASSERT_TRUE(publish());
    EXPECT_LE(names().size(), order_.window + order_.grace + 3);
  }
  for (const auto& name : names())
    EXPECT_NE(name.substr(0, 2), "r1");
}

TEST_F(publisher_test, stops_rather_than_fill_the_disk) {
  order_.disk_free_min_mb = 4'000'000'000;
  start();
  auto done = publish();
  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().why, reason::resources);
  EXPECT_EQ(facts_.size(), 1U) << "what is written can be played";
}

TEST_F(publisher_test, never_lets_the_target_duration_shrink) {
  start();
  ASSERT_TRUE(publish(4.6));
  for (int i = 0; i < 10; ++i)
    ASSERT_TRUE(publish(1.0));
  EXPECT_NE(text("video.m3u8").find("#EXT-X-TARGETDURATION:5\n"), std::string::npos);
}

TEST_F(publisher_test, marks_the_segment_behind_a_break) {
  auto& x = start();
  ASSERT_TRUE(publish());
  x.break_time();
  ASSERT_TRUE(publish());
  ASSERT_TRUE(publish());
  EXPECT_EQ(facts_[1].discontinuity_sequence, 5U);
  EXPECT_EQ(facts_[2].discontinuity_sequence, 6U);
  auto playlist = text("video.m3u8");
  EXPECT_LT(playlist.find("r2-11v.m4s"), playlist.find("#EXT-X-DISCONTINUITY\n"));
  EXPECT_LT(playlist.find("#EXT-X-DISCONTINUITY\n"), playlist.find("r2-12v.m4s"));
}

TEST_F(publisher_test, keeps_both_renditions_in_step_when_sound_is_missing) {
  auto& x = start(true);
  ASSERT_TRUE(x.append_audio(content_));
  ASSERT_TRUE(publish());
  ASSERT_TRUE(publish());
  auto playlist = text("audio.m3u8");
  EXPECT_NE(playlist.find("r2-10a.m4s"), std::string::npos);
  EXPECT_NE(playlist.find("#EXT-X-GAP\n"), std::string::npos);
  EXPECT_EQ(names().count("r2-11a.m4s"), 0U);
  EXPECT_NE(text("index.m3u8").find("audio.m3u8"), std::string::npos);
}

TEST_F(publisher_test, removes_an_init_segment_that_no_listed_segment_needs) {
  auto& x = start();
  ASSERT_TRUE(publish());
  ASSERT_TRUE(x.set_video_init(content_));
  ASSERT_TRUE(publish());
  EXPECT_EQ(names().count("init-r2-v.mp4"), 1U);
  for (int i = 0; i < 3; ++i)
    ASSERT_TRUE(publish());
  EXPECT_EQ(names().count("init-r2-v.mp4"), 0U);
  EXPECT_EQ(names().count("init-r2-v2.mp4"), 1U);
}

TEST_F(publisher_test, says_that_the_folder_is_gone) {
  start();
  ASSERT_TRUE(publish());
  fs::remove_all(folder_);
  auto done = publish();
  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().why, reason::resources);
}

TEST_F(publisher_test, leaves_no_half_segment_behind) {
  auto& x = start();
  ASSERT_TRUE(x.append_video(bytes(200'000, 1)));
  EXPECT_EQ(names().count("r2-10v.m4s.tmp"), 1U);
  publisher_.reset();
  EXPECT_EQ(names().count("r2-10v.m4s.tmp"), 0U);
}

TEST_F(publisher_test, gives_up_a_segment_that_never_ends) {
  auto& x = start();
  bytes large(16UL * 1024 * 1024, 1);
  status done;
  for (int i = 0; i < 9 && done; ++i)
    done = x.append_video(large);
  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().why, reason::protocol);
}

TEST_F(publisher_test, notices_that_what_it_writes_is_not_what_clients_find) {
  start();
  ASSERT_TRUE(publish());
  auto moved = folder_.string() + ".moved";
  fs::remove_all(moved);
  fs::rename(folder_, moved);
  fs::create_directories(folder_);
  auto done = publish();
  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().why, reason::resources);
  EXPECT_EQ(facts_.size(), 1u) << "it counts as published though nobody can see it";
  fs::remove_all(moved);
}

} // namespace

} // namespace camwall::media
