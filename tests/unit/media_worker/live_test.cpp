#include "media/worker/live_outlet.hpp"
#include "tests/unit/media_worker/test_bytes.hpp"

#include <gtest/gtest.h>
#include <sys/socket.h>

namespace camwall::media {

namespace {

struct received {
  media_header header;
  std::string part;
};

/// An outlet with the server's end of its channel.
class live_test : public ::testing::Test {
protected:
  live_test() {
    std::array<int, 2> pair{};
    EXPECT_EQ(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_NONBLOCK, 0, pair.data()), 0);
    server_.reset(pair[0]);
    link_.emplace(unique_fd{pair[1]});
    outlet_.emplace(*link_, [this](const feed_refused& x) { refused_.push_back(x); });
    track_.take_extradata(annex_b({from_hex("6742c01ed900a047fe88"), from_hex("68cb83cb20")}));
    outlet_->set_tracks(track_, nullptr);
  }

  void picture(bool keyframe, std::size_t size = 100, bool discontinuity = false) {
    sample x;
    x.pts = x.dts = 90'000 + 3600 * pictures_++;
    x.duration = 3600;
    x.keyframe = keyframe;
    x.data.assign(size, 1);
    outlet_->push_picture(x, discontinuity, 7);
  }

  std::vector<received> take() {
    std::vector<received> out;
    std::string packet(media_message_bytes_max, '\0');
    for (;;) {
      auto n = ::recv(server_.get(), packet.data(), packet.size(), MSG_DONTWAIT);
      if (n <= 0)
        return out;
      auto text = packet.substr(0, static_cast<std::size_t>(n));
      out.push_back({decode_media_header(text).value(), text.substr(media_header_bytes)});
    }
  }

  /// A letter for each message: d, i, K (keyframe), p; a small k is the rest of a keyframe.
  static std::string kinds(const std::vector<received>& x) {
    std::string out;
    for (const auto& y : x) {
      if (y.header.kind == message_kind::description)
        out += 'd';
      else if (y.header.kind == message_kind::init)
        out += 'i';
      else if (y.header.keyframe)
        out += y.header.first ? 'K' : 'k';
      else
        out += 'p';
    }
    return out;
  }

  unique_fd server_;
  std::optional<media_link> link_;
  std::optional<live_outlet> outlet_;
  video_track track_{video_codec::h264, nal_framing::length_prefixed};
  std::vector<feed_refused> refused_;
  std::int64_t pictures_ = 0;
};

const watch_order one_feed{{{.id = 5}}};

TEST_F(live_test, makes_nothing_while_nobody_watches) {
  picture(true);
  picture(false);
  EXPECT_TRUE(take().empty());
  outlet_->watch(one_feed);
  take();
  outlet_->watch({});
  picture(true);
  EXPECT_TRUE(take().empty());
}

TEST_F(live_test, gives_who_begins_to_watch_what_came_since_the_last_keyframe) {
  picture(true);
  picture(true);
  picture(false);
  outlet_->watch(one_feed);
  auto x = take();
  EXPECT_EQ(kinds(x), "diKp");
  EXPECT_EQ(x[2].header.feed, 5U);
  EXPECT_EQ(x[2].header.capture_us, 7U);
  EXPECT_EQ(x[0].part.find("avc1.42c01e") == std::string::npos, false) << x[0].part;
  picture(false);
  EXPECT_EQ(kinds(take()), "p");
  outlet_->watch(one_feed);
  EXPECT_EQ(kinds(take()), "") << "it goes on";
}

TEST_F(live_test, keeps_nothing_of_a_group_of_pictures_that_is_too_large) {
  picture(true);
  for (int i = 0; i < 5; ++i)
    picture(false, live_outlet::kept_bytes_max / 5);
  outlet_->watch(one_feed);
  EXPECT_EQ(kinds(take()), "");
  picture(false);
  EXPECT_EQ(kinds(take()), "");
  picture(true);
  EXPECT_EQ(kinds(take()), "diK");
}

TEST_F(live_test, begins_anew_where_time_or_parameters_break) {
  outlet_->watch(one_feed);
  picture(true);
  take();
  picture(true, 100, true);
  auto x = take();
  EXPECT_EQ(kinds(x), "diK");
  EXPECT_TRUE(x[2].header.discontinuity);
  outlet_->set_tracks(track_, nullptr);
  picture(true);
  EXPECT_EQ(kinds(take()), "diK");
}

TEST_F(live_test, parts_a_large_picture) {
  outlet_->watch(one_feed);
  picture(true, 2 * media_part_bytes_max);
  auto x = take();
  EXPECT_EQ(kinds(x), "diKkk");
  EXPECT_EQ(x[3].header.offset_bytes, media_part_bytes_max);
  EXPECT_TRUE(x[4].header.last && !x[3].header.last);
}

TEST_F(live_test, drops_up_to_the_next_keyframe_when_the_channel_is_full_and_says_how_many) {
  outlet_->watch(one_feed);
  picture(true);
  std::uint32_t sent = 1;
  for (; sent < 200; ++sent)
    picture(false, 20'000);
  auto x = take();
  auto passed = static_cast<std::uint32_t>(kinds(x).size()) - 2;
  ASSERT_LT(passed, sent);
  picture(false);
  EXPECT_EQ(kinds(take()), "") << "there is room, but no decoder would know what to do with it";
  picture(true);
  x = take();
  ASSERT_EQ(kinds(x), "K");
  EXPECT_EQ(x[0].header.dropped, sent - passed + 1);
  picture(false);
  EXPECT_EQ(take()[0].header.dropped, 0U);
}

TEST_F(live_test, introduces_again_what_did_not_pass) {
  outlet_->watch({{{.id = 5}}});
  picture(true);
  for (int i = 0; i < 200; ++i)
    picture(false, 20'000);
  outlet_->watch({{{.id = 6}}});
  picture(true);
  take();
  picture(false);
  EXPECT_EQ(kinds(take()), "");
  picture(true);
  EXPECT_EQ(kinds(take()), "diK");
}

TEST_F(live_test, makes_whole_ts_packets_beginning_with_the_tables) {
  outlet_->watch({{{.id = 5, .format = media_format::mpegts}}});
  picture(true, 5000);
  picture(false);
  picture(true);
  auto x = take();
  ASSERT_EQ(kinds(x), "dKpK");
  for (std::size_t i : {1U, 2U, 3U}) {
    EXPECT_EQ(x[i].part.size() % 188, 0U);
    EXPECT_EQ(x[i].part[0], 0x47);
  }
  auto pid = [](const std::string& ts) { return (ts[1] & 0x1f) << 8 | (ts[2] & 0xff); };
  auto sdt = 17;
  EXPECT_TRUE(pid(x[3].part) == 0 || pid(x[3].part) == sdt) << pid(x[3].part);
}

TEST_F(live_test, refuses_no_picture_before_it_was_tried) {
  outlet_->watch({{{.id = 9, .format = media_format::jpeg}}});
  EXPECT_TRUE(refused_.empty());
}

} // namespace

} // namespace camwall::media
