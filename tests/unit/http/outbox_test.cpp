#include "http/notices/outbox.hpp"

#include <gtest/gtest.h>

namespace camwall::http {
namespace {

using namespace std::chrono_literals;
using outcome = http_poster::outcome;
using fate = outbox::fate;

const http_poster::result good{.what = outcome::sent, .why = {}};
const http_poster::result bad{.what = outcome::failed, .why = "it answers 503"};
const http_poster::result never{.what = outcome::rejected, .why = "it answers 404"};

class outbox_test : public testing::Test {
protected:
  void put(const std::string& name) {
    box_.put({.delivery = name, .body = {}, .made = now_});
  }

  /// Tries at once what is due; what became of it.
  fate attempt(const http_poster::result& x) {
    EXPECT_NE(box_.due(now_), nullptr);
    return box_.settle(x, now_);
  }

  /// Until the next try.
  std::chrono::duration<double> wait() {
    auto begin = now_;
    while (box_.due(now_) == nullptr)
      now_ += 10ms;
    return now_ - begin;
  }

  std::string first() const {
    return box_.due(now_) == nullptr ? "" : box_.due(now_)->delivery;
  }

  outbox::time_point now_{};
  outbox box_{7, 1};
};

TEST_F(outbox_test, gives_a_message_until_it_is_sent) {
  EXPECT_EQ(first(), "");
  EXPECT_EQ(box_.pending(), nullptr);
  put("a");
  EXPECT_EQ(first(), "a");
  EXPECT_EQ(attempt(bad), fate::kept);
  EXPECT_EQ(first(), "") << "not at once again";
  EXPECT_EQ(box_.pending()->delivery, "a");
  wait();
  EXPECT_EQ(attempt(good), fate::sent);
  EXPECT_EQ(box_.pending(), nullptr);
}

TEST_F(outbox_test, waits_ever_longer_with_jitter_and_then_a_minute) {
  put("a");
  for (double expected : {1, 2, 4, 8, 16, 32, 60, 60, 60}) {
    EXPECT_EQ(attempt(bad), fate::kept);
    auto seconds = wait().count();
    EXPECT_GE(seconds, expected * 0.8 - 0.02);
    EXPECT_LE(seconds, expected * 1.2 + 0.02);
    EXPECT_EQ(first(), "a");
  }
  EXPECT_EQ(box_.failures(), 9U);
  EXPECT_EQ(attempt(good), fate::sent);
  EXPECT_EQ(box_.failures(), 0U);
  put("b");
  EXPECT_EQ(first(), "b") << "at once again";
}

TEST_F(outbox_test, waits_as_long_as_the_receiver_asks_up_to_a_limit) {
  put("a");
  EXPECT_EQ(attempt({.what = outcome::failed, .why = {}, .retry_after = 90s}), fate::kept);
  EXPECT_NEAR(wait().count(), 90, 0.02);
  EXPECT_EQ(attempt({.what = outcome::failed, .why = {}, .retry_after = 24h}), fate::kept);
  EXPECT_NEAR(wait().count(), 600, 0.02);
}

TEST_F(outbox_test, gives_up_what_the_receiver_does_not_want) {
  put("a");
  EXPECT_EQ(attempt(never), fate::rejected);
  EXPECT_EQ(box_.pending(), nullptr);
  put("b");
  EXPECT_EQ(first(), "") << "not at once: it may reject all";
  wait();
  EXPECT_EQ(first(), "b");
}

TEST_F(outbox_test, gives_up_what_could_not_be_sent_for_an_hour) {
  put("a");
  auto begin = now_;
  auto last = attempt(bad);
  while (last == fate::kept) {
    wait();
    last = attempt(bad);
  }
  EXPECT_EQ(last, fate::dropped);
  EXPECT_GT(now_ - begin, 1h);
  EXPECT_LT(now_ - begin, 1h + 5min);
  put("later");
  wait();
  EXPECT_EQ(first(), "later");
}

} // namespace
} // namespace camwall::http
