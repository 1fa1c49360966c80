#include "media/worker/picture_judge.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <random>

namespace camwall::media {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

constexpr auto interval = 2s;

class picture_judge_test : public ::testing::Test {
protected:
  /// A picture of one colour.
  static thumbnail plain(int luma, int cb = 128, int cr = 128) {
    thumbnail x;
    x.luma.fill(static_cast<std::uint8_t>(luma));
    x.cb.fill(static_cast<std::uint8_t>(cb));
    x.cr.fill(static_cast<std::uint8_t>(cr));
    return x;
  }

  /// A scene with edges and textures between `dark` and `bright` in a third of its cells.
  static thumbnail scene(int dark = 40, int bright = 200, unsigned seed = 1) {
    std::mt19937 random{seed};
    std::uniform_int_distribution level{dark, bright};
    thumbnail x;
    for (std::size_t i = 0; i < thumbnail::cells; ++i) {
      auto base = level(random);
      for (std::size_t n = 0; n < thumbnail::samples; ++n)
        x.luma[i * thumbnail::samples + n] =
          static_cast<std::uint8_t>(i % 3 == 0 ? level(random) : base);
      x.cb[i] = static_cast<std::uint8_t>(100 + i % 60);
      x.cr[i] = static_cast<std::uint8_t>(160 - i % 60);
    }
    return x;
  }

  /// The same with noise in the share `share` of its cells, as an encoder leaves it.
  thumbnail noisy(thumbnail x, double sigma, double share = 1) {
    std::normal_distribution<double> noise{0, sigma};
    std::uniform_real_distribution<double> chance;
    for (std::size_t i = 0; i < thumbnail::cells; ++i)
      for (bool keeps = chance(random_) < share; auto n : samples_of(i))
        if (keeps)
          x.luma[n] = clamp(x.luma[n] + std::lround(noise(random_)));
    return x;
  }

  /// Draws bright text that changes with `n` into `count` cells of the upper left.
  static thumbnail with_clock(thumbnail x, int n, std::size_t count) {
    for (std::size_t i = 0; i < count; ++i)
      for (auto at : samples_of(i))
        x.luma[at] = (at * 7 + static_cast<std::size_t>(n) * 5) % 3 == 0 ? 250 : 5;
    return x;
  }

  static std::vector<std::size_t> samples_of(std::size_t i) {
    std::vector<std::size_t> out(thumbnail::samples);
    for (std::size_t n = 0; n < out.size(); ++n)
      out[n] = i * thumbnail::samples + n;
    return out;
  }

  static std::uint8_t clamp(long x) {
    return static_cast<std::uint8_t>(std::clamp(x, 0L, 255L));
  }

  void show(const thumbnail& x) {
    judge_.take(x, now_ += interval);
  }

  void show_for(std::chrono::seconds span, const std::function<thumbnail(int)>& make) {
    for (auto end = now_ + span; now_ < end;)
      show(make(++shown_));
  }

  void break_for(int keyframes) {
    for (int i = 0; i < keyframes; ++i)
      judge_.take_undecodable(now_ += interval);
  }

  std::vector<condition> conditions() {
    std::vector<condition> out;
    for (const auto& x : judge_.verdict(now_).conditions)
      out.push_back(x.what);
    return out;
  }

  picture_rules rules_{.check = true};
  picture_judge judge_{rules_};
  picture_judge::time_point now_ = picture_judge::time_point{} + 1h;
  std::mt19937 random_{7};
  int shown_ = 0;
};

TEST_F(picture_judge_test, says_nothing_before_it_saw_a_picture) {
  EXPECT_THAT(conditions(), IsEmpty());
  EXPECT_FALSE(judge_.verdict(now_).moved);
  EXPECT_EQ(judge_.verdict(now_).decoded, 0u);
}

TEST_F(picture_judge_test, calls_a_picture_frozen_that_is_repeated_exactly_for_its_time) {
  show(scene());
  show_for(28s, [](int) { return scene(); });
  EXPECT_THAT(conditions(), IsEmpty());
  show(scene());
  EXPECT_THAT(conditions(), ElementsAre(condition::frozen));
  EXPECT_EQ(judge_.verdict(now_).conditions.at(0).age_s, 30) << "since the first of them";
  EXPECT_FALSE(judge_.verdict(now_).moved);
}

TEST_F(picture_judge_test, does_not_call_a_static_scene_with_sensor_noise_frozen) {
  for (double sigma : {0.7, 1.0, 2.0, 5.0}) {
    show_for(100s, [&](int) { return noisy(scene(), sigma); });
    EXPECT_THAT(conditions(), IsEmpty()) << sigma;
  }
  EXPECT_TRUE(judge_.verdict(now_).moved);
}

TEST_F(picture_judge_test, takes_noise_that_the_encoder_left_in_a_quarter_of_the_cells_for_life) {
  show_for(100s, [&](int) { return noisy(scene(), 2.0, 0.25); });
  EXPECT_THAT(conditions(), IsEmpty());
}

TEST_F(picture_judge_test, does_not_count_plain_cells_whose_noise_the_encoder_smoothed_away) {
  show_for(100s, [&](int) {
    auto x = plain(25);
    auto lamp = noisy(scene(20, 250), 2.0);
    std::copy_n(lamp.luma.begin(), 200 * thumbnail::samples, x.luma.begin());
    return x;
  });
  EXPECT_THAT(conditions(), IsEmpty());
}

TEST_F(picture_judge_test, does_not_call_a_moving_scene_frozen) {
  show_for(100s, [](int n) { return scene(40, 200, static_cast<unsigned>(n)); });
  EXPECT_THAT(conditions(), IsEmpty());
}

TEST_F(picture_judge_test, calls_a_picture_frozen_over_which_a_burned_in_clock_runs_on) {
  show_for(40s, [](int n) { return with_clock(scene(), n, 120); });
  EXPECT_THAT(conditions(), ElementsAre(condition::frozen));
}

TEST_F(picture_judge_test, notices_motion_in_more_than_a_fifth_of_the_detail) {
  show_for(100s, [](int n) { return with_clock(scene(), n, 300); });
  EXPECT_THAT(conditions(), IsEmpty());
}

TEST_F(picture_judge_test, notices_that_a_scene_changes_little_by_little) {
  show_for(100s, [](int n) {
    auto x = scene();
    for (auto& level : x.luma)
      level = clamp(level + n / 4);
    return x;
  });
  EXPECT_THAT(conditions(), IsEmpty());
}

TEST_F(picture_judge_test, calls_nothing_frozen_after_two_pictures_however_far_apart_they_are) {
  judge_.take(scene(), now_);
  judge_.take(scene(), now_ += 60s);
  EXPECT_THAT(conditions(), IsEmpty());
  judge_.take(scene(), now_ += 60s);
  EXPECT_THAT(conditions(), ElementsAre(condition::frozen));
}

TEST_F(picture_judge_test, ends_a_freeze_after_two_pictures_that_moved) {
  show_for(40s, [](int) { return scene(); });
  show(scene(40, 200, 2));
  EXPECT_THAT(conditions(), ElementsAre(condition::frozen)) << "one jump is not motion";
  show(scene(40, 200, 3));
  EXPECT_THAT(conditions(), IsEmpty());
  EXPECT_TRUE(judge_.verdict(now_).moved);
}

TEST_F(picture_judge_test, keeps_a_freeze_that_jumps_to_another_picture_and_freezes_there) {
  show_for(40s, [](int) { return scene(); });
  show_for(10s, [](int) { return scene(40, 200, 2); });
  EXPECT_THAT(conditions(), ElementsAre(condition::frozen));
}

TEST_F(picture_judge_test, calls_a_picture_black_after_its_time) {
  show_for(10s, [](int) { return plain(0); });
  EXPECT_THAT(conditions(), IsEmpty());
  show(plain(0));
  EXPECT_THAT(conditions(), ElementsAre(condition::black)) << "and neither uniform nor frozen";
  show_for(100s, [](int) { return plain(0); });
  EXPECT_THAT(conditions(), ElementsAre(condition::black));
}

TEST_F(picture_judge_test, calls_a_picture_black_that_has_only_burned_in_text) {
  show_for(20s, [](int n) { return with_clock(plain(2), n, 60); });
  EXPECT_THAT(conditions(), ElementsAre(condition::black));
}

TEST_F(picture_judge_test, does_not_call_a_night_scene_with_noise_black) {
  show_for(100s, [&](int) { return noisy(scene(4, 30), 3.0); });
  EXPECT_THAT(conditions(), IsEmpty());
}

TEST_F(picture_judge_test, does_not_call_a_dark_place_with_a_lamp_black) {
  show_for(100s, [&](int) {
    auto x = plain(3);
    auto lamp = noisy(scene(60, 250), 2.0);
    std::copy_n(lamp.luma.begin(), 120 * thumbnail::samples, x.luma.begin());
    return x;
  });
  EXPECT_THAT(conditions(), IsEmpty());
}

TEST_F(picture_judge_test, ends_black_only_when_two_pictures_in_a_row_are_clearly_brighter) {
  show_for(20s, [](int) { return plain(2); });
  for (int level : {9, 10, 10, 11, 9})
    show(plain(level));
  EXPECT_THAT(conditions(), ElementsAre(condition::black)) << "near the threshold";
  show(scene());
  EXPECT_THAT(conditions(), ElementsAre(condition::black));
  show(scene(40, 200, 2));
  EXPECT_THAT(conditions(), IsEmpty());
}

TEST_F(picture_judge_test, begins_anew_when_a_picture_between_was_not_black) {
  for (int i = 0; i < 30; ++i)
    show(i % 4 == 0 ? noisy(scene(), 2.0) : plain(0));
  EXPECT_THAT(conditions(), IsEmpty());
}

TEST_F(picture_judge_test, calls_grey_and_green_pictures_uniform) {
  show_for(20s, [](int) { return plain(110); });
  EXPECT_THAT(conditions(), ElementsAre(condition::uniform));
  show_for(20s, [](int) { return plain(60, 40, 30); });
  EXPECT_THAT(conditions(), ElementsAre(condition::uniform));
}

TEST_F(picture_judge_test, calls_a_covered_lens_with_noise_uniform) {
  show_for(20s, [&](int) { return noisy(plain(110), 3.0); });
  EXPECT_THAT(conditions(), ElementsAre(condition::uniform));
}

TEST_F(picture_judge_test, does_not_call_a_picture_uniform_that_differs_in_colour_alone) {
  show_for(60s, [](int) {
    auto x = plain(110);
    std::fill_n(x.cr.begin(), thumbnail::cells / 2, std::uint8_t{150});
    return x;
  });
  EXPECT_THAT(conditions(), IsEmpty());
}

TEST_F(picture_judge_test, does_not_call_fog_uniform) {
  show_for(100s, [&](int) { return noisy(scene(180, 200), 2.0); });
  EXPECT_THAT(conditions(), IsEmpty());
}

TEST_F(picture_judge_test, goes_over_from_uniform_to_black) {
  show_for(20s, [](int) { return plain(110); });
  show_for(20s, [](int) { return plain(0); });
  EXPECT_THAT(conditions(), ElementsAre(condition::black));
}

TEST_F(picture_judge_test, calls_a_stream_undecodable_after_three_bad_keyframes_in_a_row) {
  show(scene());
  break_for(2);
  EXPECT_THAT(conditions(), IsEmpty());
  break_for(1);
  EXPECT_THAT(conditions(), ElementsAre(condition::undecodable));
  EXPECT_EQ(judge_.verdict(now_).conditions.at(0).age_s, 4) << "since the first of them";
}

TEST_F(picture_judge_test, does_not_mind_single_bad_keyframes) {
  for (int i = 0; i < 100; ++i)
    if (i % 3 == 0)
      show(noisy(scene(), 2.0));
    else
      break_for(1);
  EXPECT_THAT(conditions(), IsEmpty());
}

TEST_F(picture_judge_test, ends_undecodable_after_two_good_keyframes) {
  break_for(5);
  show(scene());
  EXPECT_THAT(conditions(), ElementsAre(condition::undecodable));
  show(scene(40, 200, 2));
  EXPECT_THAT(conditions(), IsEmpty());
}

TEST_F(picture_judge_test, is_calm_only_while_pictures_move_and_nothing_is_in_the_making) {
  auto other = [this] { return scene(40, 200, static_cast<unsigned>(++shown_)); };
  show(other());
  EXPECT_FALSE(judge_.calm()) << "one picture tells nothing";
  show(other());
  EXPECT_TRUE(judge_.calm());
  auto same = other();
  show(same);
  EXPECT_TRUE(judge_.calm());
  show(same);
  EXPECT_FALSE(judge_.calm());
  show(other());
  EXPECT_TRUE(judge_.calm());
  show(plain(0));
  EXPECT_FALSE(judge_.calm());
  show_for(8s, [&](int) { return other(); });
  EXPECT_TRUE(judge_.calm());
  break_for(1);
  EXPECT_FALSE(judge_.calm());
}

TEST_F(picture_judge_test, calls_a_picture_black_though_its_last_keyframe_came_a_moment_early) {
  show(plain(0));
  now_ += 7900ms;
  show(plain(0));
  EXPECT_THAT(conditions(), ElementsAre(condition::black));
}

TEST_F(picture_judge_test, never_says_what_is_switched_off) {
  judge_ = picture_judge{{.check = true,
                          .frozen_after_s = 0,
                          .black_after_s = 0,
                          .uniform_after_s = 0,
                          .undecodable_after = 0}};
  show_for(60s, [](int) { return scene(); });
  show_for(60s, [](int) { return plain(0); });
  show_for(60s, [](int) { return plain(90); });
  break_for(20);
  EXPECT_THAT(conditions(), IsEmpty());
}

} // namespace
} // namespace camwall::media
