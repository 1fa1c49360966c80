#include "core/rfc3339.hpp"

#include <gtest/gtest.h>

namespace camwall {
namespace {

using namespace std::chrono;

TEST(rfc3339_test, renders_utc_with_milliseconds) {
  EXPECT_EQ(rfc3339(wall_time{milliseconds{1'767'268'800'007}}), "2026-01-01T12:00:00.007Z");
}

TEST(rfc3339_test, rounds_times_before_the_epoch_down) {
  EXPECT_EQ(rfc3339(wall_time{milliseconds{-1}}), "1969-12-31T23:59:59.999Z");
}

} // namespace
} // namespace camwall
