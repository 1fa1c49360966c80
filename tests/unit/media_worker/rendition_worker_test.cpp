#include "media/worker/rendition_worker.hpp"

#include "tests/unit/media_worker/test_bytes.hpp"
#include "tests/unit/media_worker/test_video.hpp"

#include <gmock/gmock.h>

namespace camwall::media {
namespace {

using testing::SizeIs;

constexpr plain_colour red{82, 90, 240}; // BT.601, limited range.

class rendition_worker_test : public ::testing::Test {
protected:
  void SetUp() override {
    ASSERT_TRUE(camera_.opened()) << "libx264 is missing; Debian's ffmpeg brings it: make setup";
  }

  rendition_worker make() {
    return rendition_worker{video_codec::h264,
                            [this](rendition_output&& x) { made_.push_back(std::move(x)); }};
  }

  void play(rendition_worker& on, int pictures, plain_colour colour = red) {
    play(on, camera_, pictures, colour);
  }

  static void play(rendition_worker& on, test_camera& camera, int pictures,
                   plain_colour colour = red) {
    for (int i = 0; i < pictures; ++i) {
      auto x = camera.next(colour);
      on.take(x, {.newest_pts = x.pts});
    }
  }

  std::vector<rendition_output> of(std::uint32_t id) const {
    std::vector<rendition_output> out;
    std::copy_if(made_.begin(), made_.end(), std::back_inserter(out),
                 [id](const rendition_output& x) { return x.id == id; });
    return out;
  }

  bytes stream_of(std::uint32_t id) const {
    bytes out;
    for (const auto& x : of(id))
      append(out, x.payload);
    return out;
  }

  test_camera camera_{{}};
  std::vector<rendition_output> made_;
};

constexpr rendition small_jpeg{.id = 1, .format = media_format::jpeg, .width = 160};
constexpr rendition small_mpeg1{.id = 2, .format = media_format::mpeg1, .width = 160};

TEST_F(rendition_worker_test, makes_jpegs_of_the_size_that_was_asked_for) {
  auto worker = make();
  worker.want({small_jpeg});
  play(worker, 3);
  ASSERT_THAT(made_, SizeIs(3));
  auto picture = decode_jpeg(made_[0].payload);
  ASSERT_TRUE(picture);
  EXPECT_EQ(picture->width, 160);
  EXPECT_EQ(picture->height, 90);
  EXPECT_EQ(made_[0].width, 160);
  EXPECT_EQ(made_[0].height, 90);
  EXPECT_TRUE(made_[0].keyframe);
  EXPECT_EQ(made_[0].capture_us, 1'000'000u);
  EXPECT_EQ(made_[2].capture_us, 1'080'000u);
}

TEST_F(rendition_worker_test, makes_jpegs_of_full_range_whose_colours_are_the_cameras) {
  auto worker = make();
  worker.want({small_jpeg});
  play(worker, 1);
  ASSERT_THAT(made_, SizeIs(1));
  auto picture = decode_jpeg(made_[0].payload);
  ASSERT_TRUE(picture);
  EXPECT_EQ(picture->color_range, AVCOL_RANGE_JPEG);
  EXPECT_NEAR(mean_of(*picture, 0), (82 - 16) * 255.0 / 219, 2);
  EXPECT_NEAR(mean_of(*picture, 1), 128 + (90 - 128) * 255.0 / 224, 2);
  EXPECT_NEAR(mean_of(*picture, 2), 128 + (240 - 128) * 255.0 / 224, 2);
}

TEST_F(rendition_worker_test, brings_the_colours_of_hd_to_those_that_a_jpeg_has) {
  constexpr plain_colour red_709{63, 102, 240}; // R'G'B' 255 0 0 in BT.709.
  test_camera camera{{.matrix = AVCOL_SPC_BT709}};
  auto worker = make();
  worker.want({small_jpeg});
  play(worker, camera, 1, red_709);
  ASSERT_THAT(made_, SizeIs(1));
  auto picture = decode_jpeg(made_[0].payload);
  ASSERT_TRUE(picture);
  EXPECT_NEAR(mean_of(*picture, 0), 0.299 * 255, 3);
  EXPECT_NEAR(mean_of(*picture, 2), 255, 3);
}

TEST_F(rendition_worker_test, makes_larger_jpegs_at_a_higher_quality) {
  auto worker = make();
  worker.want({{.id = 1, .quality = 10}, {.id = 2, .quality = 95}});
  play(worker, 1);
  ASSERT_THAT(made_, SizeIs(2));
  EXPECT_LT(of(1)[0].payload.size(), of(2)[0].payload.size());
}

TEST_F(rendition_worker_test, keeps_to_the_rate_that_was_asked_for) {
  auto worker = make();
  worker.want({{.id = 1, .width = 160, .fps = 5}});
  play(worker, 50);
  EXPECT_THAT(made_, SizeIs(10));
}

TEST_F(rendition_worker_test, makes_an_mpeg1_stream_that_a_demuxer_and_a_decoder_read) {
  auto worker = make();
  worker.want({small_mpeg1});
  play(worker, 60);
  auto stream = take_apart(stream_of(2));
  EXPECT_EQ(stream.codec, "mpeg1video");
  EXPECT_EQ(stream.streams, 1u);
  ASSERT_THAT(stream.keyframes, SizeIs(60));
  EXPECT_TRUE(stream.keyframes[0]);
  EXPECT_EQ(stream.pts[59] - stream.pts[0], 59 * 3'600);
  ASSERT_THAT(stream.pictures, SizeIs(60));
  EXPECT_EQ(stream.pictures[59]->width, 160);
  EXPECT_NEAR(mean_of(*stream.pictures[59], 0), 82, 2);
  EXPECT_NEAR(mean_of(*stream.pictures[59], 2), 240, 2);
}

TEST_F(rendition_worker_test, begins_each_mpeg1_keyframe_with_the_tables_and_has_one_a_second) {
  auto worker = make();
  worker.want({small_mpeg1});
  play(worker, 76);
  std::vector<std::size_t> keyframes;
  for (std::size_t i = 0; i < made_.size(); ++i)
    if (made_[i].keyframe)
      keyframes.push_back(i);
  EXPECT_THAT(keyframes, testing::ElementsAre(0, 25, 50, 75));
  for (auto i : keyframes) {
    const auto& x = made_[i].payload;
    ASSERT_GE(x.size(), 188u * 4);
    EXPECT_EQ(x.size() % 188, 0u);
    std::vector<int> pids;
    for (std::size_t at = 0; at < 4UL * 188; at += 188)
      pids.push_back((x[at + 1] & 0x1f) << 8 | x[at + 2]);
    EXPECT_THAT(pids, testing::Contains(0)) << "PAT";
    EXPECT_THAT(pids, testing::Contains(0x1000)) << "PMT";
    auto alone = take_apart(x);
    EXPECT_EQ(alone.codec, "mpeg1video") << "who begins here sees a picture";
    EXPECT_THAT(alone.pictures, SizeIs(1));
  }
}

TEST_F(rendition_worker_test, says_how_long_each_mpeg1_picture_is_and_calls_its_stream_0xe0) {
  auto worker = make();
  worker.want({small_mpeg1});
  play(worker, 3);
  for (const auto& x : made_) {
    const auto begin = from_hex("000001e0");
    auto at = std::search(x.payload.begin(), x.payload.end(), begin.begin(), begin.end());
    ASSERT_NE(at, x.payload.end());
    EXPECT_NE(at[4] << 8 | at[5], 0);
  }
}

TEST_F(rendition_worker_test, follows_a_camera_that_changes_its_size) {
  auto worker = make();
  worker.want({small_jpeg, {.id = 3}});
  play(worker, 2);
  test_camera other{{.width = 640, .height = 480}};
  play(worker, other, 2);
  auto sizes = of(3);
  ASSERT_THAT(sizes, SizeIs(4));
  EXPECT_EQ(sizes[1].width, 320);
  EXPECT_EQ(sizes[3].width, 640);
  EXPECT_EQ(decode_jpeg(sizes[3].payload)->height, 480);
  EXPECT_EQ(of(1)[3].height, 120) << "the aspect is the new one";
}

TEST_F(rendition_worker_test, shows_nothing_from_a_damaged_picture_up_to_the_next_keyframe) {
  auto worker = make();
  worker.want({small_jpeg});
  play(worker, 5);
  auto damaged = camera_.next(red);
  ASSERT_FALSE(damaged.keyframe);
  for (std::size_t i = 6; i < damaged.annex_b.size(); ++i)
    damaged.annex_b[i] = static_cast<std::uint8_t>(damaged.annex_b[i] * 37 + 11);
  worker.take(damaged, {});
  play(worker, 4);
  EXPECT_THAT(made_, SizeIs(5));
  play(worker, 3);
  EXPECT_THAT(made_, SizeIs(8)) << "from the keyframe on";
  rendition_counts counts;
  worker.add_to(counts);
  EXPECT_GE(counts.damaged, 5u);
  EXPECT_EQ(counts.encoded, 8u);
}

TEST_F(rendition_worker_test, shows_nothing_of_garbage) {
  auto worker = make();
  worker.want({small_jpeg, small_mpeg1});
  bytes garbage = from_hex("0000000165");
  garbage.resize(2'000, 0x5a);
  for (int i = 0; i < 10; ++i)
    worker.take({.annex_b = garbage, .keyframe = true, .after_gap = i == 0}, {});
  worker.take({.annex_b = {}, .keyframe = true}, {});
  EXPECT_THAT(made_, SizeIs(0));
  EXPECT_THAT(worker.take_refusals(), SizeIs(0)) << "the camera may mend";
}

TEST_F(rendition_worker_test, does_not_show_late_pictures_but_decodes_them) {
  auto worker = make();
  worker.want({small_jpeg});
  std::int64_t newest = 90'000 + 9 * 3'600;
  for (int i = 0; i < 9; ++i)
    worker.take(camera_.next(red), {.late = true, .newest_pts = newest});
  EXPECT_THAT(made_, SizeIs(0));
  worker.take(camera_.next(red), {.newest_pts = newest});
  ASSERT_THAT(made_, SizeIs(1));
  EXPECT_EQ(made_[0].capture_us, 1'360'000u);
  rendition_counts counts;
  worker.add_to(counts);
  EXPECT_EQ(counts.late, 9u);
  EXPECT_EQ(counts.decoded, 10u);
}

TEST_F(rendition_worker_test, shows_a_late_picture_now_and_then_when_all_are_late) {
  auto worker = make();
  worker.want({small_jpeg});
  for (int i = 0; i < 100; ++i) {
    auto x = camera_.next(red);
    worker.take(x, {.late = true, .newest_pts = x.pts + 45'000});
  }
  EXPECT_GE(made_.size(), 2u);
  EXPECT_LE(made_.size(), 4u);
}

TEST_F(rendition_worker_test, shows_a_keyframe_at_once_when_no_other_picture_comes) {
  auto worker = make();
  worker.want({{.id = 1, .fps = 2}});
  EXPECT_TRUE(worker.needs_keyframes_only(36'000));
  EXPECT_FALSE(worker.needs_keyframes_only(90'000));
  EXPECT_FALSE(worker.needs_keyframes_only(0)) << "not known yet";
  std::size_t keyframes = 0;
  for (int i = 0; i < 50; ++i)
    if (auto x = camera_.next(red); x.keyframe) {
      worker.take(x, {.alone = true, .newest_pts = x.pts});
      ++keyframes;
    }
  EXPECT_EQ(keyframes, 5u);
  EXPECT_THAT(made_, SizeIs(4)) << "at most two a second";
}

TEST_F(rendition_worker_test, goes_on_without_a_break_when_another_rendition_comes_and_goes) {
  auto worker = make();
  worker.want({small_mpeg1});
  play(worker, 10);
  worker.want({small_jpeg, small_mpeg1});
  play(worker, 10);
  worker.want({small_mpeg1});
  play(worker, 4);
  EXPECT_THAT(of(1), SizeIs(10));
  auto stream = of(2);
  ASSERT_THAT(stream, SizeIs(24));
  EXPECT_EQ(std::count_if(stream.begin(), stream.end(), [](const auto& x) { return x.keyframe; }),
            1);
}

TEST_F(rendition_worker_test, refuses_pictures_that_would_take_too_much_memory_and_says_why) {
  test_camera huge{{.width = 8192, .height = 4608}};
  auto worker = make();
  worker.want({small_jpeg, small_mpeg1});
  play(worker, huge, 1);
  auto refusals = worker.take_refusals();
  ASSERT_THAT(refusals, SizeIs(2));
  EXPECT_THAT(refusals[0].why, testing::HasSubstr("8192x4608"));
  EXPECT_THAT(made_, SizeIs(0));
}

} // namespace
} // namespace camwall::media
