#include "cli/configuration.hpp"

#include "config/loader.hpp"
#include "tests/support/temporary_folder.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <spdlog/spdlog.h>

#include <condition_variable>
#include <fstream>
#include <future>
#include <map>
#include <sstream>

namespace camwall::cli {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using kind = change_refusal::kind;

/// Answers what the test says.
class fake_prober final : public camera_prober {
public:
  probe_id probe(probe_request what, std::function<void(probe_report)> done) override {
    probed.push_back(what.url);
    done(answer);
    return probed.size();
  }

  void cancel(probe_id /*which*/) override {
    // nop
  }

  probe_report answer;
  std::vector<std::string> probed;
};

/// A configuration over a folder of real files, without anything that it configures.
class configuration_test : public ::testing::Test {
protected:
  configuration_test() {
    spdlog::set_level(spdlog::level::off);
    write_main("  - {id: gate, url: 'rtsp://gate/'}\n");
  }

  ~configuration_test() override {
    if (sut_)
      sut_->stop();
  }

  void write_main(const std::string& cameras) {
    folder_.write("wall.yaml", "reload: {settle: 50ms, watch: false}\ncameras:\n" + cameras);
  }

  void start() {
    auto first = config::load_file(folder_.path() / "wall.yaml", environment_);
    ASSERT_TRUE(first);
    sut_ = std::make_unique<configuration>(configuration::parts{
      .file = folder_.path() / "wall.yaml",
      .env = environment_,
      .first = std::make_shared<const config::wall>(std::move(*first)),
      .prober = &prober_,
      .take = [this](const auto& x) { taken_.push_back(x); },
      .clean = [this](const auto& camera, const auto& kept) { cleaned_[camera] = kept; },
      .on_read = [this](bool good) { read_.push_back(good); },
      .on_limit = [this](std::string_view limit) { limits_.emplace_back(limit); },
    });
    sut_->start();
  }

  camera_catalogue::reload_result reload() {
    std::promise<camera_catalogue::reload_result> answer;
    sut_->reload([&](auto x) { answer.set_value(std::move(x)); });
    return answer.get_future().get();
  }

  camera_catalogue::change_result apply(camera_change x) {
    std::promise<camera_catalogue::change_result> answer;
    sut_->apply(std::move(x), [&](auto y) { answer.set_value(std::move(y)); });
    return answer.get_future().get();
  }

  camera_catalogue::change_result create(const std::string& id) {
    return apply({.what = camera_change::kind::create,
                  .body = R"({"id": ")" + id + R"(", "url": "rtsp://)" + id + R"(/"})",
                  .who = "the test"});
  }

  /// Somebody adds a camera at a time when the files cannot be taken.
  void expect_adding_changes_nothing() {
    auto refused = create("yard");
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().what, kind::unavailable);
    EXPECT_EQ(refused.error().faults.size(), 1U);
    EXPECT_FALSE(std::filesystem::exists(folder_.path() / "cameras.d/api-yard.yaml"));
    EXPECT_THAT(ids(), ElementsAre("gate"));
  }

  std::string file(const std::string& name) const {
    std::ifstream in{folder_.path() / name};
    std::ostringstream out;
    out << in.rdbuf();
    return out.str();
  }

  std::vector<std::string> ids() const {
    std::vector<std::string> out;
    for (const auto& x : sut_->cameras()->cameras)
      out.push_back(x.id);
    return out;
  }

  config::environment environment_ = [](std::string_view) { return std::nullopt; };
  test::temporary_folder folder_;
  fake_prober prober_;
  std::vector<std::shared_ptr<const config::wall>> taken_;
  std::map<std::string, std::set<std::string>> cleaned_;
  std::vector<bool> read_;
  std::vector<std::string> limits_;
  std::unique_ptr<configuration> sut_;
};

TEST_F(configuration_test, shows_the_cameras_of_the_start) {
  start();
  EXPECT_THAT(ids(), ElementsAre("gate"));
  EXPECT_EQ(sut_->cameras()->generation, 1U);
  EXPECT_TRUE(sut_->cameras()->find("gate")->read_only);
}

TEST_F(configuration_test, takes_what_changed_into_force_and_tells_what_it_was) {
  start();
  write_main("  - {id: yard, url: 'rtsp://yard/'}\n");
  auto report = reload();
  ASSERT_TRUE(report);
  EXPECT_THAT(report->added, ElementsAre("yard"));
  EXPECT_THAT(report->removed, ElementsAre("gate"));
  ASSERT_EQ(taken_.size(), 1U);
  EXPECT_EQ(taken_[0]->cameras[0].id, "yard");
  EXPECT_THAT(ids(), ElementsAre("yard"));
  EXPECT_EQ(sut_->cameras()->generation, 2U);
}

TEST_F(configuration_test, does_nothing_when_nothing_changed) {
  start();
  auto before = sut_->cameras();
  EXPECT_TRUE(reload());
  EXPECT_THAT(taken_, IsEmpty());
  EXPECT_EQ(sut_->cameras(), before);
}

TEST_F(configuration_test, keeps_everything_when_a_file_is_bad_and_says_where) {
  start();
  write_main("  - {id: gate, url: 'rtsp://gate/', audio: maybe}\n");
  auto report = reload();
  ASSERT_FALSE(report);
  EXPECT_EQ(report.error().what, kind::invalid);
  ASSERT_EQ(report.error().faults.size(), 1U);
  EXPECT_THAT(report.error().faults[0].where, testing::EndsWith("wall.yaml:3:44"));
  EXPECT_THAT(report.error().faults[0].what, HasSubstr("cameras[0].audio"));
  EXPECT_FALSE(sut_->last_reload()->successful);
  EXPECT_THAT(sut_->last_reload()->why.faults, testing::SizeIs(1));
  EXPECT_THAT(read_, ElementsAre(false));
  EXPECT_THAT(taken_, IsEmpty());
  write_main("  - {id: gate, url: 'rtsp://gate/'}\n");
  EXPECT_TRUE(reload());
  EXPECT_TRUE(sut_->last_reload()->successful);
  EXPECT_THAT(read_, ElementsAre(false, true));
  EXPECT_THAT(taken_, IsEmpty());
}

TEST_F(configuration_test, tells_what_waits_for_the_next_start) {
  start();
  folder_.write("wall.yaml",
                "state_dir: elsewhere\nreload: {watch: false}\n"
                "cameras:\n  - {id: gate, url: 'rtsp://gate/'}\n");
  auto report = reload();
  ASSERT_TRUE(report);
  ASSERT_EQ(report->warnings.size(), 1U);
  EXPECT_THAT(report->warnings[0], HasSubstr("state_dir"));
}

TEST_F(configuration_test, creates_a_camera_in_a_file_of_its_own) {
  start();
  auto made = create("yard");
  ASSERT_TRUE(made) << made.error().detail;
  EXPECT_EQ(made->id, "yard");
  EXPECT_FALSE(made->read_only);
  EXPECT_THAT(ids(), ElementsAre("gate", "yard"));
  EXPECT_THAT(prober_.probed, ElementsAre("rtsp://yard/"));
  EXPECT_THAT(file("cameras.d/api-yard.yaml"), HasSubstr("id: \"yard\""));
  ASSERT_EQ(taken_.size(), 1U);
  reload();
  EXPECT_EQ(taken_.size(), 1U) << "its own file is no news";
}

TEST_F(configuration_test, changes_and_removes_only_cameras_of_the_api) {
  start();
  ASSERT_TRUE(create("yard"));
  auto changed = apply({.what = camera_change::kind::patch,
                        .id = "yard",
                        .body = R"({"label": "Back yard"})",
                        .if_match = sut_->cameras()->find("yard")->etag});
  ASSERT_TRUE(changed) << changed.error().detail;
  EXPECT_THAT(changed->json, HasSubstr("Back yard"));
  EXPECT_EQ(prober_.probed.size(), 1U) << "a label is no reason to look at the camera";
  auto refused = apply({.what = camera_change::kind::remove, .id = "gate"});
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().what, kind::read_only);
  EXPECT_THAT(refused.error().detail, HasSubstr("wall.yaml:3"));
  auto removed = apply({.what = camera_change::kind::remove, .id = "yard"});
  ASSERT_TRUE(removed);
  EXPECT_EQ(removed->id, "yard");
  EXPECT_THAT(ids(), ElementsAre("gate"));
  EXPECT_FALSE(std::filesystem::exists(folder_.path() / "cameras.d/api-yard.yaml"));
}

TEST_F(configuration_test, gives_a_known_login_only_to_the_camera_it_was_given_for) {
  write_main(
    "  - {id: gate, url: 'rtsp://us:p%40ss@Gate/1', sub_url: 'rtsp://low:er@gate:8554/2'}\n"
    "  - {id: bare, url: 'rtsp://bare/'}\n");
  start();
  auto ask = [this](std::string_view url, std::string_view user = {},
                    std::string_view id = "gate") {
    auto x = sut_->with_login_of(id, url, user);
    return x ? *x : x.error().code + x.error().detail;
  };
  EXPECT_EQ(ask("rtsp://gate/other"), "rtsp://us:p%40ss@gate/other");
  EXPECT_EQ(ask("rtsp://GATE:554/other"), "rtsp://us:p%40ss@GATE:554/other");
  EXPECT_EQ(ask("rtsp://gate:8554/2"), "rtsp://low:er@gate:8554/2") << "of the same port";
  EXPECT_EQ(ask("rtsp://gate/1", "another"), "rtsp://another:p%40ss@gate/1");
  for (auto elsewhere : {"rtsp://gate:555/1", "rtsp://evil/1", "rtsp://gate.evil/1",
                         "rtsp://[::1]/1", "http://gate/1", "gate", ""})
    EXPECT_THAT(ask(elsewhere), AllOf(HasSubstr("invalid_probe"), Not(HasSubstr("p%40ss"))))
      << elsewhere;
  EXPECT_EQ(ask("rtsp://bare/", {}, "bare"), "rtsp://bare/");
  EXPECT_THAT(ask("rtsp://gate/1", {}, "nobody"), HasSubstr("camera_not_found"));
  write_main("  - {id: gate, url: 'rtsp://us:new@gate/1'}\n");
  ASSERT_TRUE(reload());
  EXPECT_EQ(ask("rtsp://gate/1"), "rtsp://us:new@gate/1");
}

TEST_F(configuration_test, refuses_what_is_unknown_taken_stale_or_beyond_the_limit) {
  start();
  ASSERT_TRUE(create("yard"));
  EXPECT_EQ(create("yard").error().what, kind::exists);
  EXPECT_EQ(create("NO").error().what, kind::invalid);
  EXPECT_EQ(apply({.what = camera_change::kind::remove, .id = "none-such"}).error().what,
            kind::not_found);
  EXPECT_EQ(
    apply({.what = camera_change::kind::remove, .id = "yard", .if_match = "old"}).error().what,
    kind::stale);
  folder_.write("wall.yaml",
                "limits: {cameras_max: 2}\nreload: {watch: false}\n"
                "cameras:\n  - {id: gate, url: 'rtsp://gate/'}\n");
  ASSERT_TRUE(reload());
  EXPECT_EQ(create("attic").error().code, "cameras_max");
}

TEST_F(configuration_test, does_not_take_a_camera_that_gives_no_picture_unless_told_to) {
  start();
  prober_.answer = {.reason = reason::auth, .detail = "the camera refuses the password"};
  auto refused = create("yard");
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().what, kind::unreachable);
  EXPECT_EQ(refused.error().code, "probe_auth");
  EXPECT_THAT(ids(), ElementsAre("gate"));
  EXPECT_TRUE(apply({.what = camera_change::kind::create,
                     .body = R"({"id": "yard", "url": "rtsp://yard/"})",
                     .probe = false}));
}

TEST_F(configuration_test, takes_a_change_back_when_the_files_as_a_whole_cannot_be_taken_with_it) {
  start();
  for (std::size_t i = 0; i < config::drop_ins_max; ++i)
    folder_.write("cameras.d/" + std::to_string(i) + ".yaml", "cameras: []\n");
  expect_adding_changes_nothing();
}

TEST_F(configuration_test, changes_nothing_while_the_files_as_a_whole_cannot_be_taken) {
  start();
  write_main("  - {id: gate, url: 'rtsp://gate/', audio: maybe}\n");
  expect_adding_changes_nothing();
}

TEST_F(configuration_test, writes_into_the_folder_that_is_configured_now) {
  start();
  ASSERT_TRUE(create("one"));
  folder_.write("wall.yaml",
                "cameras_dir: elsewhere\nreload: {watch: false}\ncameras:\n"
                "  - {id: gate, url: 'rtsp://gate/'}\n");
  ASSERT_TRUE(reload());
  EXPECT_THAT(ids(), ElementsAre("gate"));
  ASSERT_TRUE(create("two"));
  EXPECT_THAT(ids(), ElementsAre("gate", "two"));
  EXPECT_THAT(file("elsewhere/api-two.yaml"), HasSubstr("rtsp://two/"));
  EXPECT_THAT(file("cameras.d/api-one.yaml"), HasSubstr("rtsp://one/")) << "left where it was";
}

TEST_F(configuration_test, does_not_change_over_what_somebody_edited_and_nobody_has_read_yet) {
  start();
  auto made = create("yard");
  ASSERT_TRUE(made);
  auto text = file("cameras.d/api-yard.yaml");
  auto edited = text;
  edited.replace(edited.find("rtsp://yard/"), 12, "rtsp://shed/");
  folder_.write("cameras.d/api-yard.yaml", edited);
  camera_change change{.what = camera_change::kind::patch,
                       .id = "yard",
                       .body = R"({"label": "Yard"})",
                       .if_match = made->etag};
  auto refused = apply(change);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().what, kind::stale);
  EXPECT_EQ(file("cameras.d/api-yard.yaml"), edited);
  change.if_match.reset();
  auto changed = apply(change);
  ASSERT_TRUE(changed);
  EXPECT_THAT(changed->json, HasSubstr("rtsp://shed/"));
  folder_.write("cameras.d/api-yard.yaml", "# half a fi");
  EXPECT_EQ(apply(change).error().what, kind::unavailable);
  EXPECT_EQ(file("cameras.d/api-yard.yaml"), "# half a fi");
}

TEST_F(configuration_test, does_not_call_a_camera_removed_that_somebody_made_his_own) {
  start();
  ASSERT_TRUE(create("yard"));
  folder_.write("cameras.d/mine.yaml", file("cameras.d/api-yard.yaml"));
  std::filesystem::remove(folder_.path() / "cameras.d/api-yard.yaml");
  auto kept = apply({.what = camera_change::kind::remove, .id = "yard"});
  ASSERT_FALSE(kept);
  EXPECT_EQ(kept.error().what, kind::read_only);
  EXPECT_THAT(ids(), ElementsAre("gate", "yard"));
}

TEST_F(configuration_test, keeps_the_folders_of_streams_that_are_configured) {
  start();
  sut_->camera_ended("gate");
  sut_->camera_ended("gone");
  reload();
  EXPECT_THAT(cleaned_["gate"], ElementsAre("main"));
  EXPECT_THAT(cleaned_["gone"], IsEmpty());
  EXPECT_EQ(cleaned_.size(), 2U);
}

TEST_F(configuration_test, answers_everybody_when_it_ends) {
  start();
  std::vector<std::future<bool>> answers;
  for (int i = 0; i < 8; ++i) {
    auto answer = std::make_shared<std::promise<bool>>();
    answers.push_back(answer->get_future());
    sut_->reload([answer](const auto& x) { answer->set_value(x.has_value()); });
  }
  sut_->stop();
  for (auto& x : answers)
    x.get();
  auto late = apply({.what = camera_change::kind::remove, .id = "gate"});
  EXPECT_EQ(late.error().what, kind::unavailable);
}

TEST_F(configuration_test, sees_a_changed_file_by_itself) {
  folder_.write("wall.yaml", "reload: {settle: 50ms}\ncameras: []\n");
  start();
  std::mutex mutex;
  std::condition_variable changed;
  folder_.write("cameras.d/yard.yaml", "cameras:\n  - {id: yard, url: 'rtsp://yard/'}\n");
  auto until = std::chrono::steady_clock::now() + std::chrono::seconds{5};
  std::unique_lock guard{mutex};
  while (ids().empty() && std::chrono::steady_clock::now() < until)
    changed.wait_for(guard, std::chrono::milliseconds{5});
  EXPECT_THAT(ids(), ElementsAre("yard"));
}

} // namespace
} // namespace camwall::cli
