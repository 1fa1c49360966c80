#include "actors/picture_faults.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace camwall {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

class picture_faults_test : public ::testing::Test {
protected:
  picture_faults_test() {
    faults_.begin_worker(now_);
  }

  void told(std::vector<media::picture_condition> conditions, bool moved = false,
            std::uint64_t decoded = 5) {
    faults_.take({.conditions = std::move(conditions), .moved = moved, .decoded = decoded}, now_);
  }

  void restart() {
    faults_.restarted(now_);
    faults_.begin_worker(now_ += 1s);
  }

  std::vector<condition> held() const {
    std::vector<condition> out;
    for (const auto& x : faults_.conditions())
      out.push_back(x.what);
    return out;
  }

  static constexpr media::picture_condition frozen{.what = condition::frozen, .age_s = 30};
  static constexpr media::picture_condition broken{.what = condition::undecodable, .age_s = 6};
  static constexpr media::picture_condition black{.what = condition::black, .age_s = 10};
  static constexpr media::picture_condition uniform{.what = condition::uniform, .age_s = 10};

  time_point now_ = time_point{} + 1h;
  picture_faults faults_{30s, 1.0};
};

TEST_F(picture_faults_test, asks_for_a_restart_at_once_when_the_picture_is_frozen) {
  told({frozen});
  EXPECT_THAT(held(), ElementsAre(condition::frozen));
  EXPECT_EQ(faults_.conditions()[0].since, now_ - 30s);
  EXPECT_EQ(faults_.restart_due(), now_);
}

TEST_F(picture_faults_test, only_reports_black_and_uniform) {
  told({uniform, black});
  EXPECT_THAT(held(), ElementsAre(condition::black, condition::uniform));
  EXPECT_FALSE(faults_.restart_due());
}

TEST_F(picture_faults_test, asks_again_every_five_minutes_as_long_as_it_lasts) {
  told({frozen});
  auto first = now_;
  restart();
  now_ += 31s;
  told({frozen});
  EXPECT_EQ(faults_.restart_due(), first + 5min);
  now_ = first + 5min;
  restart();
  told({frozen});
  EXPECT_EQ(faults_.restart_due(), first + 10min);
}

TEST_F(picture_faults_test, asks_at_once_for_a_new_fault_that_comes_later) {
  told({frozen});
  restart();
  told({}, true);
  EXPECT_FALSE(faults_.restart_due());
  now_ += 10min;
  told({broken});
  EXPECT_EQ(faults_.restart_due(), now_);
}

TEST_F(picture_faults_test, keeps_a_freeze_over_a_restart_until_the_picture_moves) {
  told({frozen});
  auto since = faults_.conditions()[0].since;
  restart();
  now_ += 4s;
  told({}, false);
  EXPECT_THAT(held(), ElementsAre(condition::frozen));
  now_ += 26s;
  told({frozen});
  EXPECT_EQ(faults_.conditions()[0].since, since) << "it is still the same one";
  restart();
  now_ += 4s;
  told({}, true);
  EXPECT_THAT(held(), IsEmpty());
}

TEST_F(picture_faults_test, keeps_undecodable_over_a_restart_until_a_picture_is_decoded) {
  told({broken});
  restart();
  told({}, false, 0);
  EXPECT_THAT(held(), ElementsAre(condition::undecodable));
  told({}, false, 1);
  EXPECT_THAT(held(), IsEmpty());
}

TEST_F(picture_faults_test, believes_a_worker_that_had_time_enough_to_find_it_again) {
  told({frozen});
  restart();
  now_ += 61s;
  told({}, false);
  EXPECT_THAT(held(), IsEmpty());
}

TEST_F(picture_faults_test, believes_the_worker_that_found_it) {
  told({frozen, black});
  told({}, false);
  EXPECT_THAT(held(), IsEmpty());
}

TEST_F(picture_faults_test, does_not_keep_black_over_a_restart) {
  told({black});
  faults_.begin_worker(now_);
  EXPECT_THAT(held(), IsEmpty());
}

TEST_F(picture_faults_test, takes_no_absurd_age_from_a_worker) {
  told({{.what = condition::black, .age_s = 1e15}});
  EXPECT_LT(now_ - faults_.conditions()[0].since, 24h * 365);
}

TEST_F(picture_faults_test, forgets_when_nobody_wants_the_picture_any_more) {
  told({frozen});
  faults_.forget();
  EXPECT_THAT(held(), IsEmpty());
  EXPECT_FALSE(faults_.restart_due());
}

} // namespace
} // namespace camwall
