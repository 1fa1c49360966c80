#include "cli/adhoc_pool.hpp"

#include "config/loader.hpp"

#include <gmock/gmock.h>
#include <spdlog/spdlog.h>

#include <set>
#include <stdexcept>
#include <string>

namespace camwall::cli {
namespace {

using namespace std::chrono_literals;
using enum adhoc_refused;

constexpr auto configured = R"(
cameras: [{id: gate, url: 'rtsp://10.0.0.1/'}]
compat: [{profile: opencv, listen: '127.0.0.1:0'}]
deadlines: {linger: 10s}
)";

constexpr auto permitting =
  "adhoc: {enabled: true, allow: ['rtsp://10.0.0.0/8:*'], cameras_max: 3, role: operator}\n";

std::shared_ptr<const config::wall> wall_with(const std::string& text) {
  auto env = [](const std::string&) { return std::optional<std::string>{}; };
  auto loaded = config::load_text(configured + text, "wall.yaml", env);
  if (!loaded)
    throw std::runtime_error(to_string(loaded.error().at(0)));
  return std::make_shared<const config::wall>(std::move(*loaded));
}

class adhoc_pool_test : public testing::Test {
protected:
  adhoc_pool_test() {
    spdlog::set_level(spdlog::level::off);
  }

  auto open(std::string_view url, http::role who = http::role::operator_) {
    return sut.open(url, who, now);
  }

  /// The number of the share, which has to be there.
  std::uint64_t opened(std::string_view url) {
    auto x = open(url);
    if (!x)
      throw std::runtime_error("refused: " + std::string{to_string(x.error())});
    return x->number;
  }

  std::string why(std::string_view url, http::role who = http::role::operator_) {
    auto x = open(url, who);
    return x ? "taken" : std::string{to_string(x.error())};
  }

  void leave(std::uint64_t number) {
    sut.give_back(number, now);
  }

  std::size_t after(std::chrono::milliseconds time) {
    now += time;
    sut.end_unwatched(now);
    return sut.compose()->cameras.size() - 1;
  }

  /// The camera refuses what the client that has this share came with.
  void refuse_login_of(std::uint64_t number) {
    for (auto share = sut.find(number); share; share.reset()) {
      refusing.insert(share->stream.camera);
      leave(number);
    }
  }

  adhoc_pool::time_point now{1h};
  std::set<std::string, std::less<>> refusing;
  adhoc_pool sut{wall_with(permitting),
                 [this](std::string_view id) { return refusing.find(id) != refusing.end(); }};
};

TEST_F(adhoc_pool_test, begins_a_camera_on_demand_that_may_be_only_where_clients_may_lead) {
  auto x = open("rtsp://u:p%2F@10.0.0.7:8554/a?b");
  ASSERT_TRUE(x);
  ASSERT_TRUE(sut.changed());
  auto all = sut.compose()->cameras;
  ASSERT_EQ(all.size(), 2U);
  EXPECT_EQ(all[1].id, x->stream.camera);
  EXPECT_EQ(all[1].url, "rtsp://u:p%2F@10.0.0.7:8554/a?b");
  EXPECT_EQ(all[1].password, "p/");
  EXPECT_EQ(all[1].start, config::start_mode::on_demand);
  EXPECT_TRUE(all[1].adhoc);
  EXPECT_GE(x->number, std::uint64_t{1} << 32);
  EXPECT_LT(x->number, std::uint64_t{1} << 53);
}

TEST_F(adhoc_pool_test, ends_a_camera_a_while_after_its_last_viewer) {
  auto x = opened("rtsp://10.0.0.7/");
  EXPECT_EQ(opened("rtsp://10.0.0.7/"), x);
  EXPECT_EQ(sut.next_end(), std::nullopt);
  leave(x);
  EXPECT_EQ(after(1h), 1U) << "somebody else is there";
  leave(x);
  EXPECT_EQ(sut.next_end(), now + 10s);
  EXPECT_EQ(after(9'999ms), 1U);
  EXPECT_EQ(opened("rtsp://10.0.0.7/"), x) << "who comes in time finds it";
  EXPECT_EQ(after(1h), 1U);
  leave(x);
  EXPECT_EQ(after(10s), 0U);
  EXPECT_FALSE(sut.find(x));
  EXPECT_NE(opened("rtsp://10.0.0.7/"), x);
}

TEST_F(adhoc_pool_test, waits_three_seconds_for_a_viewer_even_where_cameras_do_not_linger) {
  sut.configure(wall_with(std::string{permitting}), now);
  auto impatient = std::make_shared<config::wall>(*wall_with(permitting));
  impatient->deadlines.linger = {};
  sut.configure(impatient, now);
  leave(opened("rtsp://10.0.0.7/"));
  EXPECT_EQ(after(2'999ms), 1U);
  EXPECT_EQ(after(1ms), 0U);
}

TEST_F(adhoc_pool_test, shares_a_camera_among_all_who_mean_the_same_address) {
  auto x = opened("rtsp://us%20er:p%25@10.0.0.7/a");
  EXPECT_EQ(opened("RTSP://us er:p%@10.0.0.7:554/a/"), x);
  EXPECT_NE(opened("rtsp://us%20er:q@10.0.0.7/a"), x) << "another login is another camera";
  EXPECT_TRUE(sut.find(x));
  EXPECT_FALSE(sut.find(x + 1));
}

TEST_F(adhoc_pool_test, asks_the_rule_the_role_and_the_limit) {
  EXPECT_EQ(why("rtsp://192.0.2.1/"), "permission");
  EXPECT_EQ(why("rtsp://127.0.0.1/"), "permission");
  EXPECT_EQ(why("rtsp://[::ffff:127.0.0.1]/"), "permission");
  EXPECT_EQ(why("rtsp://10.0.0.7/", http::role::viewer), "role");
  EXPECT_EQ(why("rtsp://2130706433/"), "address");
  EXPECT_EQ(why("rtsp://127.1/"), "address");
  EXPECT_EQ(why("file:///etc/passwd"), "address");
  EXPECT_EQ(why("rtsp://u@evil@10.0.0.7/"), "taken")
    << "what stands before the last @ is the login";
  EXPECT_EQ(why("rtsp://" + std::string(3000, 'a') + "@10.0.0.7/"), "address");
  EXPECT_EQ(why("rtsp://some.name/"), "taken") << "what a name means is the worker's to say";
  EXPECT_EQ(why("rtsp://10.0.0.8/"), "taken");
  EXPECT_EQ(why("rtsp://10.0.0.9/"), "full");
  EXPECT_EQ(why("rtsp://10.0.0.8/"), "taken");
  auto status = sut.status(now, {});
  EXPECT_EQ(status.begun, 3U);
  EXPECT_EQ(status.refused[static_cast<std::size_t>(permission)], 3U);
  EXPECT_EQ(status.refused[static_cast<std::size_t>(full)], 1U);
}

TEST_F(adhoc_pool_test, tells_of_a_camera_its_place_and_no_more) {
  opened("rtsp://u:secret@10.0.0.7:8554/hidden?token=x");
  auto status = sut.status(now + 5s, wall_time{1min});
  ASSERT_EQ(status.cameras.size(), 1U);
  EXPECT_EQ(status.cameras[0].host, "10.0.0.7");
  EXPECT_EQ(status.cameras[0].port, 8554);
  EXPECT_EQ(status.cameras[0].viewers, 1U);
  EXPECT_EQ(status.cameras[0].since, wall_time{55s});
}

TEST_F(adhoc_pool_test, does_not_try_a_refused_login_again_for_who_names_it_again) {
  auto x = opened("rtsp://u:wrong@10.0.0.7/a");
  refuse_login_of(x);
  EXPECT_EQ(opened("rtsp://u:wrong@10.0.0.7/a"), x) << "who joins sees what it is about";
  EXPECT_EQ(why("rtsp://u:wrong@10.0.0.7/b"), "login") << "another path has the same login";
  leave(x);
  leave(x);
  EXPECT_EQ(after(10s), 0U);
  for (auto i = 0; i < 34; ++i) {
    EXPECT_EQ(why("rtsp://u:wrong@10.0.0.7/a"), "login");
    EXPECT_EQ(after(1min), 0U);
  }
  EXPECT_EQ(sut.status(now, {}).logins_held, 1U);
  EXPECT_EQ(why("rtsp://u:wrong@10.0.0.8/a"), "taken") << "at another camera it may be right";
  now += 1min;
  EXPECT_EQ(why("rtsp://u:wrong@10.0.0.7/a"), "taken");
}

TEST_F(adhoc_pool_test, lets_nobody_guess_passwords) {
  auto x = opened("rtsp://u:one@10.0.0.7/");
  refuse_login_of(x);
  leave(x);
  EXPECT_EQ(after(10s), 0U);
  auto y = opened("rtsp://u:two@10.0.0.7/");
  EXPECT_EQ(why("rtsp://u:three@10.0.0.7/"), "login") << "not even while the second one is tried";
  refuse_login_of(y);
  leave(y);
  EXPECT_EQ(after(10s), 0U);
  EXPECT_EQ(why("rtsp://v:four@10.0.0.7/"), "login");
  EXPECT_EQ(why("rtsp://10.0.0.7/"), "taken") << "without a login nothing is guessed";
  EXPECT_EQ(why("rtsp://u:three@10.0.0.7:8554/"), "taken") << "another device";
  now += 36min;
  EXPECT_EQ(why("rtsp://u:three@10.0.0.7/"), "taken");
}

TEST_F(adhoc_pool_test, remembers_a_bounded_number_of_refused_logins) {
  for (std::size_t i = 0; i < adhoc_limits::logins_held_max + 3; ++i) {
    auto x =
      opened("rtsp://u:p@10.1." + std::to_string(i / 200) + "." + std::to_string(i % 200) + "/");
    refuse_login_of(x);
    leave(x);
    now += 10s;
    sut.end_unwatched(now);
    refusing.clear();
    if (i % 100 == 0) // None of them is forgotten because of its age.
      now -= 15min;
  }
  EXPECT_EQ(sut.status(now, {}).logins_held, adhoc_limits::logins_held_max);
}

TEST_F(adhoc_pool_test, follows_the_configuration) {
  auto x = opened("rtsp://10.0.0.7/");
  auto wrong = opened("rtsp://u:wrong@10.0.0.8/");
  refuse_login_of(wrong);
  sut.configure(wall_with(std::string{permitting} + "log: {level: warn}\n"), now);
  EXPECT_EQ(sut.compose()->cameras.size(), 3U) << "what permits them is the same";
  sut.configure(wall_with(""), now);
  EXPECT_EQ(sut.compose()->cameras.size(), 1U);
  EXPECT_EQ(why("rtsp://10.0.0.7/"), "off");
  leave(x);
  sut.configure(wall_with(permitting), now);
  EXPECT_EQ(why("rtsp://u:wrong@10.0.0.8/"), "login") << "a reload is no pardon";
  EXPECT_EQ(why("rtsp://10.0.0.7/"), "taken");
}

TEST_F(adhoc_pool_test, takes_nothing_once_it_is_closed) {
  sut.close();
  EXPECT_EQ(why("rtsp://10.0.0.7/"), "off");
}

} // namespace
} // namespace camwall::cli
