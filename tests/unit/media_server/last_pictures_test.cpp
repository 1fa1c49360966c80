#include "media/server/last_pictures.hpp"

#include "media/server/snapshot_cache.hpp"
#include "tests/support/temporary_folder.hpp"

#include <gtest/gtest.h>

#include <fstream>

namespace camwall::media {
namespace {

using namespace std::chrono_literals;

snapshot picture(const std::string& content, wall_time taken = wall_time{1234567ms}) {
  return {.jpeg = "\xff\xd8\xff\xdb" + content + "\xff\xd9",
          .width = 640,
          .height = 360,
          .taken = taken,
          .etag = "e"};
}

const std::vector<std::string> both{"gate", "yard"};

TEST(last_pictures_test, come_back_after_a_restart_with_their_time) {
  test::temporary_folder folder;
  {
    last_pictures sut{folder.path(), both};
    sut.store("gate", picture("first"));
    sut.store("gate", picture("second", wall_time{2s}));
  }
  last_pictures sut{folder.path(), both};
  auto found = sut.find("gate");
  ASSERT_TRUE(found);
  EXPECT_EQ(found->jpeg, picture("second").jpeg);
  EXPECT_EQ(found->taken, wall_time{2s});
  EXPECT_EQ(found->width, 640);
  EXPECT_TRUE(found->last_known);
  EXPECT_FALSE(sut.find("yard"));
  EXPECT_EQ(sut.size(), 1U);
}

TEST(last_pictures_test, of_cameras_that_are_gone_are_deleted) {
  test::temporary_folder folder;
  {
    last_pictures sut{folder.path(), both};
    sut.store("gate", picture("a"));
    sut.store("yard", picture("b"));
  }
  {
    last_pictures sut{folder.path(), std::vector<std::string>{"gate"}};
    EXPECT_FALSE(std::filesystem::exists(folder.path() / "yard.jpg"));
    sut.keep_only([](std::string_view) { return false; });
    EXPECT_FALSE(sut.find("gate"));
  }
  EXPECT_FALSE(std::filesystem::exists(folder.path() / "gate.jpg"));
}

TEST(last_pictures_test, that_are_damaged_or_too_large_are_none) {
  test::temporary_folder folder;
  auto good = with_comment(picture("x"));
  EXPECT_TRUE(read_commented(good));
  for (std::size_t i = 0; i < good.size(); ++i)
    EXPECT_FALSE(read_commented(good.substr(0, i)));
  EXPECT_FALSE(read_commented(picture("x").jpeg));
  EXPECT_FALSE(read_commented("\xff\xd8\xff\xfe\xff\xff" + good));
  std::ofstream{folder.path() / "gate.jpg"} << good.substr(0, good.size() - 1);
  std::ofstream{folder.path() / "yard.jpg"}
    << with_comment(picture(std::string(last_pictures::picture_bytes_max + 300, 'x')));
  last_pictures sut{folder.path(), both};
  EXPECT_EQ(sut.size(), 0U);
  EXPECT_FALSE(std::filesystem::exists(folder.path() / "gate.jpg"));
  sut.store("gate", picture(std::string(last_pictures::picture_bytes_max, 'x')));
  sut.store("gate", {.jpeg = "x"});
  EXPECT_FALSE(sut.find("gate"));
}

snapshot_ptr shared(const std::string& content) {
  return std::make_shared<const snapshot>(picture(content));
}

snapshot_key key(std::uint16_t width, const std::string& camera = "gate") {
  return {.camera = camera, .stream = "main", .width = width};
}

TEST(snapshot_cache_test, gives_what_is_young_enough) {
  snapshot_cache sut{10'000};
  snapshot_cache::time_point now{1h};
  sut.store(key(64), shared("a"), now);
  EXPECT_TRUE(sut.find(key(64), 2s, now + 2s));
  EXPECT_FALSE(sut.find(key(64), 2s, now + 2001ms));
  EXPECT_FALSE(sut.find(key(66), 2s, now));
  sut.expire(now + snapshot_cache::keep_max);
  EXPECT_EQ(sut.size(), 1U);
  sut.expire(now + snapshot_cache::keep_max + 1ms);
  EXPECT_EQ(sut.size(), 0U);
  EXPECT_EQ(sut.bytes(), 0U);
}

TEST(snapshot_cache_test, holds_no_more_bytes_than_it_may_and_drops_the_oldest) {
  snapshot_cache sut{10'000};
  snapshot_cache::time_point now{1h};
  for (std::uint16_t i = 0; i < 100; ++i)
    sut.store(key(i), shared(std::string(2000, 'x')), now + std::chrono::seconds{i});
  EXPECT_LE(sut.bytes(), 10'000U);
  EXPECT_EQ(sut.size(), 3U);
  EXPECT_TRUE(sut.find(key(99), 60s, now + 99s));
  EXPECT_FALSE(sut.find(key(96), 60s, now + 99s));
  sut.store(key(200), shared(std::string(20'000, 'x')), now);
  EXPECT_EQ(sut.size(), 3U);
}

TEST(snapshot_cache_test, forgets_a_stream_a_camera_or_all) {
  snapshot_cache sut{100'000};
  snapshot_cache::time_point now{1h};
  for (const auto* camera : {"gate", "yard", "hall"})
    sut.store(key(64, camera), shared("a"), now);
  EXPECT_EQ(sut.cameras(), (std::vector<std::string>{"gate", "hall", "yard"}));
  sut.forget("gate", "sub");
  EXPECT_EQ(sut.size(), 3U);
  sut.forget("gate", "main");
  sut.forget("yard");
  EXPECT_EQ(sut.cameras(), std::vector<std::string>{"hall"});
  sut.forget({});
  EXPECT_EQ(sut.bytes(), 0U);
}

} // namespace
} // namespace camwall::media
