#include "tests/unit/http_compat/compat_fixture.hpp"

namespace camwall::http {
namespace {

using namespace std::chrono_literals;

class fastapi_jpeg_test : public compat_fixture {
protected:
  fastapi_jpeg_test() : compat_fixture(compat_profile::fastapi_jpeg) {
    // nop
  }

  const feed_key& newest() const {
    return hub.feeds.rbegin()->second.what;
  }
};

TEST_F(fastapi_jpeg_test, shows_640x360_unless_the_query_says_otherwise) {
  auto x = connect("/ws?rtsp=rtsp%3A%2F%2Fyard%2Fsub&camera_index=1");
  EXPECT_EQ(newest().camera, "yard");
  EXPECT_EQ(newest().width, 640);
  EXPECT_EQ(newest().height, 360);
  auto y = connect("/ws?rtsp=rtsp://yard/sub&camera_index=1&width=320&quality=40&fps=5");
  EXPECT_EQ(newest().width, 320);
  EXPECT_EQ(newest().height, 0);
  EXPECT_EQ(newest().quality, 40);
  EXPECT_EQ(newest().fps, 5);
  for (const auto* query :
       {"width=8", "width=5000", "height=100", "quality=0", "quality=101", "fps=0", "width=x"})
    EXPECT_EQ(connect(std::string{"/ws?rtsp=rtsp://yard/sub&camera_index=1&"} + query).peer->code,
              4000)
      << query;
}

TEST_F(fastapi_jpeg_test, needs_both_the_address_and_the_number) {
  EXPECT_EQ(connect("/ws?rtsp=rtsp://yard/sub").peer->code, 4000);
  EXPECT_EQ(connect("/ws?camera_index=1").peer->code, 4000);
  EXPECT_EQ(connect("/ws?rtsp=&camera_index=1").peer->code, 4000);
  EXPECT_EQ(connect("/ws?rtsp=rtsp://elsewhere/&camera_index=1").peer->code, 4001);
}

TEST_F(fastapi_jpeg_test, keeps_the_first_address_of_a_number_until_its_last_viewer_has_left) {
  auto x = connect("/ws?rtsp=rtsp://yard/sub&camera_index=1");
  auto y = connect("/ws?rtsp=rtsp://u:50%25@gate/&camera_index=1");
  EXPECT_EQ(newest().camera, "yard");
  x.session.reset();
  auto z = connect("/ws?rtsp=rtsp://u:50%25@gate/&camera_index=2");
  EXPECT_EQ(newest().camera, "gate");
  y.session.reset();
  EXPECT_EQ(hub.feeds.size(), 1U);
  auto again = connect("/ws?rtsp=rtsp://u:50%25@gate/&camera_index=1");
  EXPECT_EQ(newest().camera, "gate");
}

TEST_F(fastapi_jpeg_test, stays_open_while_the_camera_is_away) {
  auto x = connect("/ws?rtsp=rtsp://yard/sub&camera_index=1");
  set_phase("yard", phase::backoff, reason::timeout, "no answer");
  advance(x, 60s);
  EXPECT_EQ(x.peer->code, 0);
  EXPECT_EQ(said(x), "");
}

TEST_F(fastapi_jpeg_test, answers_json_at_the_root) {
  EXPECT_EQ(get("/").body, "{\"status\":\"ok\"}\n");
}

class opencv_test : public compat_fixture {
protected:
  opencv_test() : compat_fixture(compat_profile::opencv) {
    // nop
  }

  /// Clients may name any address: it is `_adhoc-1`.
  void permit() {
    open_adhoc_ = [this](std::string_view, role) {
      return adhoc_camera{.stream = {"_adhoc-1", "main"}, .number = 0, .lease = lease};
    };
    start();
  }

  std::shared_ptr<int> lease = std::make_shared<int>();
};

TEST_F(opencv_test, waits_for_a_camera_that_nobody_configured_and_lets_go_of_it) {
  permit();
  auto x = connect("/ws/stream?rtsp_url=rtsp://10.0.0.1/");
  EXPECT_EQ(x.peer->code, 0);
  EXPECT_TRUE(hub.feeds.empty());
  EXPECT_EQ(lease.use_count(), 3) << "the session has it, and what it watches";
  add_camera("_adhoc-1");
  advance(x);
  ASSERT_EQ(hub.feeds.size(), 1U);
  EXPECT_EQ(hub.feeds.begin()->second.what.camera, "_adhoc-1");
  x.session.reset();
  EXPECT_EQ(lease.use_count(), 1);
}

TEST_F(opencv_test, says_when_a_camera_that_nobody_configured_is_where_it_must_not_be) {
  permit();
  auto x = connect("/ws/stream?rtsp_url=rtsp://some.name/");
  add_camera("_adhoc-1");
  set_phase("_adhoc-1", phase::backoff, reason::config, "not permitted");
  advance(x);
  EXPECT_EQ(x.peer->code, 4001);
  EXPECT_EQ(said(x), "{\"error\":\"not permitted\"}\n");
}

TEST_F(opencv_test, gives_up_when_a_camera_that_nobody_configured_does_not_come) {
  permit();
  auto x = connect("/ws/stream?rtsp_url=rtsp://10.0.0.1/");
  advance(x, 16s);
  EXPECT_EQ(x.peer->code, 1013);
  EXPECT_EQ(said(x), "{\"error\":\"the camera could not be begun in time\"}\n");
}

TEST_F(opencv_test, shows_the_native_size) {
  auto x = connect("/ws/stream?rtsp_url=rtsp%3A%2F%2Fyard%2Fmain");
  const auto& feed = hub.feeds.begin()->second.what;
  EXPECT_EQ(feed.stream, "main");
  EXPECT_EQ(feed.width, 0);
  EXPECT_EQ(feed.height, 0);
  send("jpeg");
  EXPECT_EQ(received(x), std::vector<std::string>{"jpeg"});
}

TEST_F(opencv_test, says_an_error_and_closes_whatever_fails) {
  auto x = connect("/ws/stream");
  EXPECT_EQ(said(x), "{\"error\":\"rtsp_url is needed\"}\n");
  EXPECT_EQ(x.peer->code, 4000);
  auto y = connect("/ws/stream?rtsp_url=rtsp://elsewhere/");
  EXPECT_EQ(said(y), error_text(adhoc_refusal) + "\n");
  EXPECT_EQ(y.peer->code, 4001);
  auto z = connect("/ws/stream?rtsp_url=rtsp://yard/sub");
  set_phase("yard", phase::auth_failed, reason::auth, "the password was refused");
  advance(z);
  EXPECT_EQ(said(z), "{\"error\":\"the password was refused\"}\n");
  EXPECT_EQ(z.peer->code, 1013);
}

TEST_F(opencv_test, gives_up_when_no_picture_comes) {
  auto x = connect("/ws/stream?rtsp_url=rtsp://yard/sub");
  advance(x, 14s);
  EXPECT_EQ(x.peer->code, 0);
  advance(x, 2s);
  EXPECT_EQ(said(x), "{\"error\":\"the camera sends no picture\"}\n");
  EXPECT_EQ(x.peer->code, 1013);
  auto kept_back = connect("/ws/stream?rtsp_url=rtsp://yard/sub");
  set_phase("yard", phase::idle, reason::resources, "as many as may (limits.streams_max)");
  advance(kept_back, 14s);
  EXPECT_EQ(kept_back.peer->code, 0) << "another one may end";
  advance(kept_back, 2s);
  EXPECT_EQ(said(kept_back), "{\"error\":\"as many as may (limits.streams_max)\"}\n");
  auto y = connect("/ws/stream?rtsp_url=rtsp://yard/sub");
  send("jpeg");
  advance(y, 60s);
  EXPECT_EQ(y.peer->code, 0) << "a stale camera is being restarted";
}

class grid_test : public compat_fixture {
protected:
  grid_test() : compat_fixture(compat_profile::grid) {
    // nop
  }

  std::string target_of(const std::string& path) {
    auto x = get(path);
    auto begin = x.fields.find("Location: ");
    return begin == std::string::npos
             ? std::to_string(x.status)
             : x.fields.substr(begin + 10, x.fields.find('\r', begin) - begin - 10);
  }
};

TEST_F(grid_test, counts_the_cameras_from_1) {
  EXPECT_EQ(target_of("/hls/cam1/stream.m3u8"), "../gate/main/index.m3u8");
  EXPECT_EQ(target_of("/hls/cam2/stream.m3u8"), "../yard/sub/index.m3u8");
  for (const auto* path : {"/hls/cam0/stream.m3u8", "/hls/cam3/stream.m3u8", "/hls/cam/stream.m3u8",
                           "/hls/yard/stream.m3u8", "/hls/cam-1/stream.m3u8"})
    EXPECT_EQ(target_of(path), "404") << path;
}

TEST_F(grid_test, counts_them_as_the_configuration_lists_them) {
  options.grid = {"yard"};
  start();
  EXPECT_EQ(target_of("/hls/cam1/stream.m3u8"), "../yard/sub/index.m3u8");
  EXPECT_EQ(target_of("/hls/cam2/stream.m3u8"), "404");
}

TEST_F(grid_test, is_healthy) {
  EXPECT_EQ(get("/health").body, "{\"status\":\"ok\"}\n");
}

} // namespace
} // namespace camwall::http
