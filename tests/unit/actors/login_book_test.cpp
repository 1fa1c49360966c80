#include "actors/login_book.hpp"

#include <gtest/gtest.h>

namespace camwall {
namespace {

using namespace std::chrono_literals;

class login_book_test : public ::testing::Test {
protected:
  void refuse(const std::string& by, const std::string& login = "us@nvr") {
    book_.refused(login, by, now_ + 35min, now_);
  }

  duration held(const std::string& login = "us@nvr") const {
    auto until = book_.held_until(login, now_);
    return until ? *until - now_ : duration::zero();
  }

  time_point now_{1h};
  login_book book_;
};

TEST_F(login_book_test, holds_a_login_back_that_was_refused_twice_to_whomever) {
  EXPECT_EQ(held(), 0s);
  refuse("a");
  EXPECT_EQ(held(), 0s);
  refuse("b");
  EXPECT_EQ(held(), 35min);
  EXPECT_EQ(held("other@nvr"), 0s);
}

TEST_F(login_book_test, gives_a_login_that_was_held_back_one_more_try) {
  refuse("a");
  refuse("a");
  now_ += 35min;
  EXPECT_EQ(held(), 0s);
  refuse("b");
  EXPECT_EQ(held(), 35min);
}

TEST_F(login_book_test, forgets_refusals_once_somebody_is_let_in) {
  refuse("a");
  refuse("a");
  book_.accepted("us@nvr", "b", now_);
  EXPECT_EQ(held(), 0s);
  EXPECT_TRUE(book_.is_right("us@nvr"));
}

TEST_F(login_book_test, holds_nobody_back_for_a_stream_that_is_refused_what_others_get) {
  book_.accepted("us@nvr", "b", now_);
  for (int i = 0; i < 10; ++i)
    refuse("a");
  EXPECT_EQ(held(), 0s);
}

TEST_F(login_book_test, takes_a_login_for_wrong_when_all_that_were_let_in_are_refused) {
  book_.accepted("us@nvr", "a", now_);
  book_.accepted("us@nvr", "b", now_);
  refuse("a");
  EXPECT_TRUE(book_.is_right("us@nvr"));
  refuse("b");
  EXPECT_FALSE(book_.is_right("us@nvr"));
  refuse("a");
  EXPECT_EQ(held(), 35min);
}

TEST_F(login_book_test, forgets_the_oldest_of_too_many_logins) {
  for (std::size_t i = 0; i <= login_book::logins_max; ++i, now_ += 1ms) {
    refuse("a", std::to_string(i));
    refuse("a", std::to_string(i));
  }
  EXPECT_EQ(book_.size(), login_book::logins_max);
  EXPECT_EQ(held("0"), 0s);
  EXPECT_GT(held("1"), 0s);
}

} // namespace
} // namespace camwall
