#include "actors/supervisor.hpp"

#include "tests/support/virtual_time.hpp"

#include <spdlog/spdlog.h>

#include <map>
#include <stdexcept>

namespace camwall {
namespace {

using namespace std::chrono_literals;

struct crash {};
struct finish {};

} // namespace
} // namespace camwall

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(camwall::crash)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(camwall::finish)

namespace camwall {
namespace {

// The argument has a reason: for a function without any, CAF 0.17 dereferences a null pointer to
// its arguments, which the assertions of the library do not let pass.
caf::behavior child(caf::event_based_actor* self, const std::string& /*id*/) {
  self->set_exception_handler([](caf::scheduled_actor*, std::exception_ptr&) -> caf::error {
    return caf::exit_reason::unhandled_exception;
  });
  return {
    [](crash) { throw std::runtime_error{"broken"}; },
    [self](finish) { self->quit(); },
  };
}

class supervisor_test : public test::virtual_time {
protected:
  supervisor_test() {
    spdlog::set_level(spdlog::level::off);
  }

  child_spec spec(const std::string& id) {
    return {id, [this, id](caf::event_based_actor* parent) {
              ++starts_[id];
              return live_[id] = parent->spawn<caf::linked>(child, id);
            }};
  }

  caf::actor supervise(std::vector<child_spec> specs) {
    return adopt(system.spawn(supervisor, std::move(specs), options_));
  }

  void TearDown() override {
    live_.clear();
    virtual_time::TearDown();
  }

  template <class Message>
  void tell(const std::string& id, Message msg) {
    caf::anon_send(live_[id], msg);
    drain();
  }

  supervisor_options options_{.restart_wait_min = 1s, .restart_wait_max = 8s};
  std::map<std::string, caf::actor> live_;
  std::map<std::string, int> starts_;
};

TEST_F(supervisor_test, restarts_only_the_child_that_crashed) {
  supervise({spec("gate"), spec("yard")});
  tell("gate", crash{});
  advance(1s);
  EXPECT_EQ(starts_["gate"], 2);
  EXPECT_EQ(starts_["yard"], 1);
}

TEST_F(supervisor_test, restarts_a_child_that_ended_without_an_error) {
  supervise({spec("gate")});
  tell("gate", finish{});
  advance(1s);
  EXPECT_EQ(starts_["gate"], 2);
}

TEST_F(supervisor_test, doubles_the_wait_until_a_life_was_long_enough) {
  supervise({spec("gate")});
  for (auto wait : {1s, 2s, 4s, 8s, 8s}) {
    auto before = starts_["gate"];
    tell("gate", crash{});
    advance(wait - 1ms);
    EXPECT_EQ(starts_["gate"], before);
    advance(1ms);
    EXPECT_EQ(starts_["gate"], before + 1);
  }
  advance(options_.stable_after);
  auto before = starts_["gate"];
  tell("gate", crash{});
  advance(1s);
  EXPECT_EQ(starts_["gate"], before + 1);
}

TEST_F(supervisor_test, never_gives_up_without_a_limit) {
  supervise({spec("gate")});
  for (int i = 0; i < 100; ++i) {
    tell("gate", crash{});
    advance(8s);
  }
  EXPECT_EQ(starts_["gate"], 101);
}

TEST_F(supervisor_test, ends_with_its_children_when_they_end_too_often) {
  options_.restarts_max = 2;
  auto it = supervise({spec("gate"), spec("yard")});
  bool ended = false;
  it->attach_functor([&] { ended = true; });
  for (int i = 0; i < 3; ++i) {
    tell("gate", crash{});
    advance(8s);
  }
  EXPECT_TRUE(ended);
  EXPECT_EQ(starts_["yard"], 1);
}

TEST_F(supervisor_test, passes_a_message_on_to_the_child_that_is_meant) {
  auto it = supervise({spec("gate"), spec("yard")});
  caf::anon_send(it, to_child{"yard", caf::make_message(crash{})});
  advance(1s);
  EXPECT_EQ(starts_["gate"], 1);
  EXPECT_EQ(starts_["yard"], 2);
}

} // namespace
} // namespace camwall
