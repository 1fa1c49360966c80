#include "media/worker/failure.hpp"

#include "media/worker/libav.hpp"
#include "media/worker/log.hpp"
#include "media/worker/rtsp_input.hpp"

#include <gtest/gtest.h>

namespace camwall::media {

namespace {

TEST(failure_test, names_what_a_camera_answers) {
  auto opening = [](int error) { return classify(error, session_stage::opening, false); };
  EXPECT_EQ(opening(AVERROR_HTTP_UNAUTHORIZED), reason::auth);
  EXPECT_EQ(opening(AVERROR_HTTP_FORBIDDEN), reason::auth);
  EXPECT_EQ(opening(AVERROR_HTTP_NOT_FOUND), reason::not_found);
  EXPECT_EQ(opening(AVERROR_HTTP_OTHER_4XX), reason::busy);
  EXPECT_EQ(opening(AVERROR_HTTP_SERVER_ERROR), reason::protocol);
  EXPECT_EQ(opening(AVERROR_INVALIDDATA), reason::protocol);
  EXPECT_EQ(opening(AVERROR(ECONNREFUSED)), reason::refused);
  EXPECT_EQ(opening(AVERROR(EHOSTUNREACH)), reason::unreachable);
  EXPECT_EQ(opening(AVERROR(ETIMEDOUT)), reason::timeout);
  EXPECT_EQ(opening(AVERROR(EPROTONOSUPPORT)), reason::transport);
}

TEST(failure_test, trusts_its_own_deadline_more_than_the_library) {
  EXPECT_EQ(classify(AVERROR_INVALIDDATA, session_stage::opening, true), reason::timeout);
  EXPECT_EQ(classify(AVERROR_EOF, session_stage::playing, true), reason::stalled);
  EXPECT_EQ(classify(0, session_stage::starting, true), reason::stalled);
}

TEST(failure_test, takes_only_one_session_too_many_for_a_busy_camera) {
  EXPECT_TRUE(means_busy(453));
  EXPECT_TRUE(means_busy(0));
  EXPECT_FALSE(means_busy(454));
  EXPECT_FALSE(means_busy(455));
}

TEST(failure_test, tells_an_end_in_mid_stream_from_a_refusal) {
  EXPECT_EQ(classify(AVERROR_EOF, session_stage::playing, false), reason::ended);
  EXPECT_EQ(classify(AVERROR(ECONNRESET), session_stage::playing, false), reason::ended);
}

TEST(rtsp_address_test, finds_host_and_password) {
  auto x = split_address("rtsp://admin:p%40ss@10.0.0.7:554/stream?x=1");
  EXPECT_EQ(x.host, "10.0.0.7");
  EXPECT_EQ(x.password, "p%40ss");
  EXPECT_EQ(split_address("rtsp://gate/live").host, "gate");
  EXPECT_EQ(split_address("rtsp://gate/live").password, "");
}

TEST(log_test, keeps_secrets_to_itself) {
  log_never("hunter22");
  EXPECT_EQ(without_secrets("cannot open rtsp://a:b@gate/x\r\n"), "cannot open rtsp://***@gate/x");
  EXPECT_EQ(without_secrets("said hunter22 twice"), "said *** twice");
}

} // namespace

} // namespace camwall::media
