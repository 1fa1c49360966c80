#include "actors/transport_choice.hpp"

#include <gtest/gtest.h>

namespace camwall {
namespace {

using config::transport;

TEST(transport_choice_test, tries_tcp_when_udp_brings_no_packet) {
  transport_choice sut{transport::udp};
  EXPECT_EQ(sut.present(), transport::udp);
  EXPECT_TRUE(sut.failed(reason::timeout, false));
  EXPECT_EQ(sut.present(), transport::tcp);
}

TEST(transport_choice_test, stays_with_what_brought_a_picture) {
  transport_choice sut{transport::udp};
  sut.failed(reason::timeout, false);
  for (auto why : {reason::stalled, reason::killed, reason::ended, reason::timeout})
    EXPECT_FALSE(sut.failed(why, true));
  EXPECT_EQ(sut.present(), transport::tcp);
}

TEST(transport_choice_test, goes_back_when_the_other_is_no_better) {
  transport_choice sut{transport::udp};
  sut.failed(reason::timeout, false);
  EXPECT_TRUE(sut.failed(reason::timeout, false));
  EXPECT_EQ(sut.present(), transport::udp);
}

TEST(transport_choice_test, blames_no_other_failure_on_the_transport) {
  transport_choice sut{transport::udp};
  for (auto why : all_reasons)
    if (why != reason::timeout) {
      EXPECT_FALSE(sut.failed(why, false)) << to_string(why);
    }
  EXPECT_EQ(sut.present(), transport::udp);
}

TEST(transport_choice_test, never_leaves_tcp_when_it_is_configured) {
  transport_choice sut{transport::tcp};
  EXPECT_FALSE(sut.failed(reason::timeout, false));
  EXPECT_EQ(sut.present(), transport::tcp);
}

TEST(transport_choice_test, begins_with_what_the_camera_took_when_it_refused_the_configured_one) {
  transport_choice sut{transport::udp};
  sut.opened(transport::tcp); // After a 461.
  EXPECT_FALSE(sut.failed(reason::stalled, true));
  EXPECT_EQ(sut.present(), transport::tcp);
}

TEST(transport_choice_test, goes_back_to_tcp_when_the_udp_that_was_asked_for_brings_nothing) {
  transport_choice sut{transport::tcp};
  sut.opened(transport::udp);
  EXPECT_TRUE(sut.failed(reason::timeout, false));
  EXPECT_EQ(sut.present(), transport::tcp);
}

} // namespace
} // namespace camwall
