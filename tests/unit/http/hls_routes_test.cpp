#include "http/hls_routes.hpp"

#include "tests/support/temporary_folder.hpp"

#include <gtest/gtest.h>

#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace camwall::http {
namespace {

using namespace std::chrono_literals;

class hls_routes_test : public testing::Test {
protected:
  hls_routes_test() {
    services.wall = &wall;
    services.hls_dir = folder.path();
    services.demand = [this](std::string_view camera, std::string_view stream) {
      demands.push_back(std::string{camera} + "/" + std::string{stream});
    };
    folder.write("gate/sub/index.m3u8", "#EXTM3U\n");
    folder.write("gate/sub/1-1v.m4s", "media");
    publish(now);
    sut = std::make_unique<hls_routes>(services, [this] { return now; });
  }

  void publish(std::optional<hls_routes::time_point> last_segment, double gop_s = 1) {
    auto x = std::make_shared<wall_snapshot>();
    camera_snapshot camera;
    camera.id = "gate";
    camera.grid_stream = "sub";
    stream_snapshot stream;
    stream.name = "sub";
    stream.gop_s = gop_s;
    stream.last_segment_steady = last_segment;
    camera.streams.push_back(stream);
    x->cameras.push_back(camera);
    wall.publish(x);
  }

  response get(const std::string& camera, const std::string& stream, const std::string& file) {
    return sut->file({}, {{{":camera", camera}, {":stream", stream}, {":file", file}}});
  }

  test::temporary_folder folder;
  snapshot_cell wall;
  wall_services services;
  std::vector<std::string> demands;
  hls_routes::time_point now = hls_routes::time_point{} + std::chrono::hours{5};
  std::unique_ptr<hls_routes> sut;
};

TEST(hls_file_test, knows_the_names_that_a_worker_gives) {
  for (auto x : {"index.m3u8", "video.m3u8", "audio.m3u8"})
    EXPECT_EQ(classify_hls_file(x), hls_file::playlist) << x;
  for (auto x : {"init-7-v.mp4", "init-7-a.mp4", "7-12v.m4s", "7-12a.m4s", "7-12.ts"})
    EXPECT_EQ(classify_hls_file(x), hls_file::segment) << x;
  for (auto x : {"", ".m4s", "index.m3u8.tmp", "7-12v.m4s.tmp", ".index.m3u8", "other.m3u8",
                 "x.mp4", "x.txt", "a b.ts", "a\n.ts", "a/b.ts"})
    EXPECT_EQ(classify_hls_file(x), hls_file::none) << x;
  EXPECT_EQ(classify_hls_file(std::string(200, 'a') + ".ts"), hls_file::none);
}

TEST_F(hls_routes_test, serves_the_playlist_of_a_camera_that_delivers_uncached) {
  auto x = get("gate", "sub", "index.m3u8");
  EXPECT_EQ(x.status, 200);
  EXPECT_NE(x.fields.find("Cache-Control: no-store"), std::string::npos);
}

TEST_F(hls_routes_test, names_the_limit_that_keeps_a_stream_idle) {
  auto x = std::make_shared<wall_snapshot>(*wall.load());
  x->cameras[0].streams[0].status = x->cameras[0].phase = phase::idle;
  x->cameras[0].reason = reason::resources;
  x->cameras[0].detail = "4 streams run already (limits.streams_max)";
  wall.publish(x);
  auto out = get("gate", "sub", "index.m3u8");
  EXPECT_EQ(out.status, 503);
  EXPECT_NE(out.body.find("\"code\":\"streams_max\""), std::string::npos);
  EXPECT_NE(out.body.find("limits.streams_max"), std::string::npos);
  EXPECT_EQ(demands.size(), 1U) << "there may be room by now";
}

TEST_F(hls_routes_test, serves_segments_for_ever_the_same) {
  publish(std::nullopt);
  auto x = get("gate", "sub", "1-1v.m4s");
  EXPECT_EQ(x.status, 200);
  EXPECT_NE(x.fields.find("Cache-Control: private, max-age=3600, immutable"), std::string::npos);
  EXPECT_TRUE(demands.empty());
}

TEST_F(hls_routes_test, refuses_a_playlist_at_once_when_no_segment_came_lately) {
  now += 11s;
  auto x = get("gate", "sub", "index.m3u8");
  EXPECT_EQ(x.status, 503);
  EXPECT_NE(x.body.find("camera_not_live"), std::string::npos);
  EXPECT_NE(x.fields.find("Retry-After: "), std::string::npos);
  publish(std::nullopt);
  EXPECT_EQ(get("gate", "sub", "index.m3u8").status, 503);
}

TEST_F(hls_routes_test, waits_three_targets_for_cameras_with_long_groups_of_pictures) {
  publish(now, 10);
  now += 29s;
  EXPECT_EQ(get("gate", "sub", "index.m3u8").status, 200);
  now += 2s;
  EXPECT_EQ(get("gate", "sub", "index.m3u8").status, 503);
}

TEST_F(hls_routes_test, answers_404_for_what_is_not_configured) {
  EXPECT_EQ(get("other", "sub", "index.m3u8").status, 404);
  EXPECT_EQ(get("gate", "main", "index.m3u8").status, 404);
  EXPECT_EQ(get("gate", "sub", "index.m3u8.tmp").status, 404);
  EXPECT_TRUE(demands.empty());
}

TEST_F(hls_routes_test, asks_for_a_stream_at_most_once_a_second) {
  for (int i = 0; i < 5; ++i)
    get("gate", "sub", "index.m3u8");
  EXPECT_EQ(demands, std::vector<std::string>{"gate/sub"});
  now += 1s;
  get("gate", "sub", "video.m3u8");
  EXPECT_EQ(demands.size(), 2U);
}

TEST_F(hls_routes_test, sends_the_short_address_to_the_grid_stream) {
  request asked;
  asked.query = "a=b";
  auto x = sut->redirect(asked, {{{":camera", "gate"}}});
  EXPECT_EQ(x.status, 307);
  EXPECT_NE(x.fields.find("Location: ../gate/sub/index.m3u8?a=b\r\n"), std::string::npos);
  EXPECT_NE(x.fields.find("no-store"), std::string::npos);
  EXPECT_EQ(sut->redirect(asked, {{{":camera", "other"}}}).status, 404);
}

} // namespace
} // namespace camwall::http
