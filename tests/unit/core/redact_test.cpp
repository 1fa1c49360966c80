#include "core/redact.hpp"

#include <gtest/gtest.h>

namespace camwall {
namespace {

TEST(redact_test, hides_user_information_and_keeps_the_rest_of_the_address) {
  EXPECT_EQ(redact("open rtsp://admin:s3cret@10.0.0.7:554/ch1 failed"),
            "open rtsp://***@10.0.0.7:554/ch1 failed");
}

TEST(redact_test, hides_a_password_that_holds_slashes_and_at_signs) {
  EXPECT_EQ(redact("rtsp://admin:a/b@c?d@cam/1"), "rtsp://***@cam/1");
}

TEST(redact_test, hides_every_address_of_a_text) {
  EXPECT_EQ(redact("rtsp://a:b@x/1 and http://c:d@y/2"), "rtsp://***@x/1 and http://***@y/2");
}

TEST(redact_test, leaves_an_address_without_user_information_alone) {
  EXPECT_EQ(redact("rtsp://cam/1?x=y mail@example.org"), "rtsp://cam/1?x=y mail@example.org");
}

TEST(redact_test, cuts_off_authorization_headers_in_any_case) {
  EXPECT_EQ(redact("AUTHORIZATION: Basic YWRtaW4=\r\nCSeq: 2"), "AUTHORIZATION: ***\r\nCSeq: 2");
}

TEST(redact_test, hides_a_known_secret_in_both_spellings) {
  EXPECT_EQ(redact_secret("p%w0 was sent as p%25w0", "p%w0"), "*** was sent as ***");
}

TEST(redact_test, percent_encodes_all_but_unreserved_characters) {
  EXPECT_EQ(percent_encode("a-B_1.~:@/% \xc3\xa9"), "a-B_1.~%3A%40%2F%25%20%C3%A9");
}

} // namespace
} // namespace camwall
