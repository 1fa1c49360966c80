#include "cli/adhoc_cameras.hpp"

#include "config/loader.hpp"

#include <gmock/gmock.h>
#include <spdlog/spdlog.h>

#include <condition_variable>
#include <mutex>
#include <optional>
#include <stdexcept>

namespace camwall::cli {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;

std::shared_ptr<const config::wall> wall_with(const std::string& text) {
  auto env = [](const std::string&) { return std::optional<std::string>{}; };
  auto loaded = config::load_text(
    "cameras: [{id: gate, url: 'rtsp://10.0.0.1/'}]\n"
    "compat: [{profile: opencv, listen: '127.0.0.1:0'}]\n" +
      text,
    "wall.yaml", env);
  if (!loaded)
    throw std::runtime_error(to_string(loaded.error().at(0)));
  return std::make_shared<const config::wall>(std::move(*loaded));
}

constexpr auto permitting =
  "adhoc: {enabled: true, allow: ['rtsp://10.0.0.0/8:*'], cameras_max: 1, role: operator}\n";

class adhoc_cameras_test : public testing::Test {
protected:
  adhoc_cameras_test() {
    spdlog::set_level(spdlog::level::off);
  }

  auto open(std::string_view url, http::role who = http::role::operator_) {
    return sut.open(url, who);
  }

  /// How many cameras the tree was last told of, as soon as it is so many.
  std::size_t told(std::size_t count) {
    std::unique_lock lock{mutex_};
    changed_.wait_for(lock, 60s, [&] { return cameras_ == count; });
    return cameras_;
  }

  std::string why(std::string_view url, http::role who = http::role::operator_) {
    auto x = open(url, who);
    if (x)
      return "taken";
    EXPECT_LE(x.error().why.size(), 123U) << "RFC 6455 §5.5";
    return std::to_string(x.error().status) + " " + std::to_string(x.error().close_code) + " " +
           x.error().why;
  }

  /// The camera is on the wall and says this.
  void show(const std::string& id, phase x, reason y) {
    auto next = std::make_shared<wall_snapshot>();
    next->cameras.push_back({.id = id, .phase = x, .reason = y, .attempts = 1});
    next->cameras[0].connect_failures[0] = y == all_reasons[0] ? 1 : 0;
    wall.publish(next);
  }

private:
  std::mutex mutex_;
  std::condition_variable changed_;
  std::size_t cameras_ = 0;

protected:
  snapshot_cell wall;
  std::vector<std::string> limits;
  adhoc_cameras sut{{.first = wall_with(permitting),
                     .wall = &wall,
                     .take =
                       [this](const std::shared_ptr<const config::wall>& x) {
                         std::lock_guard guard{mutex_};
                         cameras_ = x->cameras.size();
                         changed_.notify_all();
                       },
                     .on_limit = [this](std::string_view x) { limits.emplace_back(x); }}};
};

TEST_F(adhoc_cameras_test, tells_the_tree_and_counts_who_watches) {
  auto x = open("rtsp://u:p@10.0.0.7/");
  ASSERT_TRUE(x);
  EXPECT_EQ(told(2), 2U);
  auto y = sut.find(x->number);
  ASSERT_TRUE(y);
  EXPECT_EQ(sut.status().cameras.at(0).viewers, 2U);
  y.reset();
  x->lease.reset();
  EXPECT_EQ(sut.status().cameras.at(0).viewers, 0U);
}

TEST_F(adhoc_cameras_test, names_the_setting_that_decides) {
  EXPECT_THAT(why("rtsp://192.0.2.1/"),
              HasSubstr("403 4001 this address is not permitted (adhoc.allow"));
  EXPECT_THAT(why("rtsp://10.0.0.7/", http::role::viewer), HasSubstr("adhoc.role"));
  EXPECT_EQ(why("http://10.0.0.7/"), "400 4000 this is no RTSP address");
  auto x = open("rtsp://u:p@10.0.0.7/");
  EXPECT_THAT(why("rtsp://10.0.0.8/"),
              HasSubstr("503 1013 as many addresses as may (adhoc.cameras_max, 1)"));
  EXPECT_EQ(limits, std::vector<std::string>{"adhoc_cameras"});
}

TEST_F(adhoc_cameras_test, shows_how_its_cameras_do_and_holds_logins_that_they_refuse) {
  auto x = open("rtsp://u:p@10.0.0.7/a");
  ASSERT_TRUE(x);
  EXPECT_EQ(sut.status().cameras.at(0).phase, phase::idle);
  show(x->stream.camera, phase::auth_failed, reason::auth);
  EXPECT_EQ(sut.status().cameras.at(0).phase, phase::auth_failed);
  EXPECT_THAT(why("rtsp://u:p@10.0.0.7/b"), HasSubstr("503 1013 this login was refused"));
  EXPECT_EQ(limits, std::vector<std::string>{"adhoc_logins"});
}

TEST_F(adhoc_cameras_test, ends_all_that_is_not_permitted_any_more) {
  auto x = open("rtsp://10.0.0.7/");
  ASSERT_TRUE(x);
  EXPECT_EQ(told(2), 2U);
  sut.take(wall_with(""));
  EXPECT_EQ(told(1), 1U);
  EXPECT_EQ(why("rtsp://10.0.0.7/"), "403 4001 " + std::string{http::adhoc_refusal});
  x->lease.reset();
}

} // namespace
} // namespace camwall::cli
