#include "cli/probe_turns.hpp"

#include "cli/doctor_cameras.hpp"

#include <gmock/gmock.h>

#include <map>
#include <set>

namespace camwall::cli {
namespace {

using testing::ElementsAre;
using turns = std::vector<std::size_t>;

config::camera at(const std::string& url) {
  config::camera x;
  x.id = "cam" + url.substr(url.rfind('/') + 1);
  x.url = url;
  return x;
}

std::vector<config::camera> recorder(std::size_t channels) {
  std::vector<config::camera> out;
  for (std::size_t i = 0; i < channels; ++i)
    out.push_back(at("rtsp://admin:guess@192.0.2.1/" + std::to_string(i)));
  return out;
}

/// All that may be asked at this moment.
turns now(probe_turns& x) {
  turns out;
  while (auto i = x.next())
    out.push_back(*i);
  return out;
}

TEST(probe_turns_test, one_channel_asks_first_and_none_after_a_refusal) {
  probe_turns x{recorder(16)};
  EXPECT_THAT(now(x), ElementsAre(0));
  x.end(0, reason::auth);
  EXPECT_THAT(now(x), ElementsAre());
  EXPECT_EQ(x.refused_by(0), std::nullopt);
  for (std::size_t i = 1; i < 16; ++i)
    EXPECT_EQ(x.refused_by(i), 0U);
}

TEST(probe_turns_test, all_channels_may_ask_once_a_picture_has_shown_that_the_login_is_taken) {
  probe_turns x{recorder(4)};
  EXPECT_THAT(now(x), ElementsAre(0));
  x.end(0, reason::none);
  EXPECT_THAT(now(x), ElementsAre(1, 2, 3));
}

TEST(probe_turns_test, what_says_nothing_of_the_login_leaves_one_at_a_time) {
  probe_turns x{recorder(3)};
  EXPECT_THAT(now(x), ElementsAre(0));
  x.end(0, reason::not_found);
  EXPECT_THAT(now(x), ElementsAre(1));
  x.end(1, reason::timeout);
  EXPECT_THAT(now(x), ElementsAre(2));
  x.end(2, reason::auth);
  EXPECT_THAT(now(x), ElementsAre());
}

TEST(probe_turns_test, a_login_that_one_channel_refuses_though_others_took_it_is_left_alone) {
  probe_turns x{recorder(4)};
  x.end(x.next().value(), reason::none);
  EXPECT_EQ(x.next(), 1U);
  x.end(1, reason::auth);
  EXPECT_EQ(x.next(), std::nullopt);
  EXPECT_EQ(x.refused_by(2), 1U);
}

TEST(probe_turns_test, an_account_is_a_user_at_a_host_whatever_port_password_and_path) {
  probe_turns x{{at("rtsp://admin:one@recorder.example/1"),
                 at("rtsp://admin:two@RECORDER.example:8554/2"),
                 at("rtsp://%61dmin:two@recorder.example/3"),
                 at("rtsp://guest:one@recorder.example/4"), at("rtsp://admin:one@192.0.2.2/5")}};
  EXPECT_THAT(now(x), ElementsAre(0, 3, 4));
  x.end(0, reason::auth);
  x.end(3, reason::none);
  x.end(4, reason::none);
  EXPECT_THAT(now(x), ElementsAre());
  EXPECT_EQ(x.refused_by(1), 0U);
  EXPECT_EQ(x.refused_by(2), 0U);
}

TEST(probe_turns_test, cameras_without_a_login_and_those_that_are_off_wait_for_nobody) {
  auto off = at("rtsp://admin:guess@192.0.2.1/3");
  off.enabled = false;
  probe_turns x{{at("rtsp://192.0.2.1/1"), at("rtsp://192.0.2.1/2"), off}};
  EXPECT_THAT(now(x), ElementsAre(0, 1));
  x.end(0, reason::auth);
  EXPECT_EQ(x.refused_by(1), std::nullopt);
  EXPECT_EQ(x.refused_by(2), std::nullopt);
}

TEST(probe_turns_test, the_stream_that_is_looked_at_is_the_one_whose_login_counts) {
  auto x = at("rtsp://admin:a@192.0.2.1/1");
  EXPECT_EQ(probed_url(x), x.url);
  x.sub_url = "rtsp://guest:b@192.0.2.1/2";
  EXPECT_EQ(probed_url(x), x.sub_url);
  probe_turns both{{x, at("rtsp://admin:a@192.0.2.1/3")}};
  EXPECT_THAT(now(both), ElementsAre(0, 1));
}

/// Answers at once: `refused` users with `auth`, all others with a picture.
class quick_prober final : public camera_prober {
public:
  explicit quick_prober(std::set<std::string> refused) : refused_(std::move(refused)) {
    // nop
  }

  probe_id probe(probe_request what, std::function<void(probe_report)> done) override {
    auto user = what.url.substr(7, what.url.find(':', 7) - 7);
    ++asked[user];
    done({.reason = refused_.contains(user) ? reason::auth : reason::none});
    return ++last_id_;
  }

  void cancel(probe_id /*which*/) override {
    // nop
  }

  std::map<std::string, int> asked;

private:
  std::set<std::string> refused_;
  probe_id last_id_ = 0;
};

TEST(doctor_cameras_test,
     a_recorder_is_asked_once_with_a_wrong_password_and_its_channels_are_told) {
  config::wall wall;
  wall.cameras = recorder(16);
  wall.cameras.push_back(at("rtsp://guard:right@192.0.2.9/16"));
  quick_prober prober{{"admin"}};
  auto found = look_at_cameras(wall, prober, 64);
  EXPECT_EQ(prober.asked, (std::map<std::string, int>{{"admin", 1}, {"guard", 1}}));
  ASSERT_EQ(found.size(), 17U);
  EXPECT_EQ(found[0].verdict, verdict::bad);
  for (std::size_t i = 1; i < 16; ++i) {
    EXPECT_EQ(found[i].verdict, verdict::warn);
    EXPECT_EQ(found[i].detail,
              "cam" + std::to_string(i) + ": not tried: its host refused the same user for cam0");
    EXPECT_THAT(found[i].mend, testing::StartsWith("mend the login of cam0 first"));
  }
  EXPECT_EQ(found[16].verdict, verdict::ok);
}

} // namespace
} // namespace camwall::cli
