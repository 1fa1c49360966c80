#include "actors/zygote_keeper.hpp"

#include "tests/support/virtual_time.hpp"

#include <spdlog/spdlog.h>

namespace camwall {
namespace {

using namespace std::chrono_literals;

class zygote_keeper_test : public test::virtual_time {
protected:
  zygote_keeper_test() {
    spdlog::set_level(spdlog::level::off);
    context_ = std::make_shared<wall_context>(wall_context{.start_zygote = [this] { ++starts_; }});
    keeper_ = adopt(system.spawn(zygote_keeper, context_));
  }

  void TearDown() override {
    keeper_ = nullptr;
    virtual_time::TearDown();
  }

  void end() {
    caf::anon_send(keeper_, zygote_ended{"ended by the test"});
    drain();
  }

  int starts_ = 0;
  std::shared_ptr<const wall_context> context_;
  caf::actor keeper_;
};

TEST_F(zygote_keeper_test, replaces_the_first_that_ends_at_once) {
  EXPECT_EQ(starts_, 1);
  end();
  advance(1ms);
  EXPECT_EQ(starts_, 2);
}

TEST_F(zygote_keeper_test, slows_down_when_replacements_end_too) {
  for (int i = 0; i < 3; ++i) {
    end();
    advance(5s);
  }
  auto before = starts_;
  end();
  advance(700ms);
  EXPECT_EQ(starts_, before);
  advance(200ms);
  EXPECT_EQ(starts_, before + 1);
}

TEST_F(zygote_keeper_test, never_waits_longer_than_five_seconds) {
  for (int i = 0; i < 50; ++i) {
    auto before = starts_;
    end();
    advance(5s);
    ASSERT_EQ(starts_, before + 1);
  }
}

} // namespace
} // namespace camwall
