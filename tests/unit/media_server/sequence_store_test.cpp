#include "media/server/sequence_store.hpp"

#include "tests/support/temporary_folder.hpp"

#include <gtest/gtest.h>
#include <spdlog/spdlog.h>

#include <ctime>

namespace camwall::media {
namespace {

class sequence_store_test : public ::testing::Test {
protected:
  sequence_store_test() {
    spdlog::set_level(spdlog::level::off);
  }

  test::temporary_folder state_;
};

TEST_F(sequence_store_test, begins_at_the_unix_time_when_nothing_is_known) {
  auto now = static_cast<std::uint64_t>(std::time(nullptr));
  sequence_store store{state_.path()};
  EXPECT_GE(store.next("gate/main").media_sequence, now);
}

TEST_F(sequence_store_test, begins_discontinuities_small_because_players_keep_a_table_of_them) {
  sequence_store store{state_.path()};
  EXPECT_LT(store.next("gate/main").discontinuity_sequence, 2000u);
}

TEST_F(sequence_store_test, goes_on_right_after_the_last_published_segment) {
  sequence_store store{state_.path()};
  store.published("gate/main", {5'000'000'000, 4'000'000'000});
  EXPECT_EQ(store.next("gate/main").media_sequence, 5'000'000'001u);
  EXPECT_EQ(store.next("gate/main").media_sequence, 5'000'000'001u) << "none was published since";
}

TEST_F(sequence_store_test, never_gives_two_workers_the_same_discontinuity_number) {
  sequence_store store{state_.path()};
  auto first = store.next("gate/main").discontinuity_sequence;
  EXPECT_GT(store.next("gate/main").discontinuity_sequence, first);
}

TEST_F(sequence_store_test, keeps_streams_apart) {
  sequence_store store{state_.path()};
  store.published("gate/main", {5'000'000'000, 1});
  EXPECT_LT(store.next("gate/sub").media_sequence, 5'000'000'000u);
}

TEST_F(sequence_store_test, goes_on_above_the_saved_numbers_after_a_restart) {
  { sequence_store{state_.path()}.published("gate/main", {5'000'000'000, 4'000'000'000}); }
  sequence_store again{state_.path()};
  auto x = again.next("gate/main");
  EXPECT_GT(x.media_sequence, 5'000'000'000u + sequence_store::unsaved_max - 1);
  EXPECT_GT(x.discontinuity_sequence, 4'000'000'000u);
}

TEST_F(sequence_store_test, falls_back_to_the_unix_time_when_the_file_is_broken) {
  for (const auto* text :
       {"", "{", "[]", "{\"gate/main\": 7}", "{\"gate/main\": {\"media_sequence\": -1}}"}) {
    state_.write("sequences.json", text);
    sequence_store store{state_.path()};
    EXPECT_GE(store.next("gate/main").media_sequence, 1'700'000'000u) << text;
  }
}

TEST_F(sequence_store_test, goes_on_in_memory_when_the_folder_cannot_be_written) {
  sequence_store store{state_.path() / "missing"};
  store.published("gate/main", {5'000'000'000, 1});
  EXPECT_EQ(store.next("gate/main").media_sequence, 5'000'000'001u);
}

} // namespace
} // namespace camwall::media
