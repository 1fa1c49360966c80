#include "config/difference.hpp"
#include "tests/unit/config/config_fixture.hpp"

#include <gmock/gmock.h>

namespace camwall::config {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::Pair;
using testing::UnorderedElementsAre;

const std::string cameras =
  "cameras: [{id: a, url: 'rtsp://a/', group: yard}, {id: b, url: 'rtsp://b/'}]\n";

TEST(views_test, reads_views_and_says_where_they_stand) {
  auto x = load_good(cameras + R"(views:
  - {name: front, title: Front door, layout: 1+5, fit: cover, cameras: [b, a], groups: [yard], spans: [a=2x1], dwell: 10s}
  - name: all
)");
  ASSERT_EQ(x.views.size(), 2U);
  const auto& front = x.views[0];
  EXPECT_EQ(front.name, "front");
  EXPECT_EQ(front.title, "Front door");
  EXPECT_EQ(front.layout, "1+5");
  EXPECT_TRUE(front.cover);
  EXPECT_THAT(front.cameras, ElementsAre("b", "a"));
  EXPECT_THAT(front.groups, ElementsAre("yard"));
  EXPECT_THAT(front.spans, UnorderedElementsAre(Pair("a", "2x1")));
  EXPECT_EQ(front.dwell_s, 10);
  EXPECT_EQ(front.source, "wall.yaml:3");
  EXPECT_EQ(x.views[1].layout, "auto");
  EXPECT_EQ(x.views[1].dwell_s, 0);
  EXPECT_EQ(x.views[1].source, "wall.yaml:4");
  EXPECT_THAT(x.warnings, IsEmpty());
}

TEST(views_test, warns_of_cameras_and_groups_that_are_not_there) {
  auto x =
    load_good(cameras + "views: [{name: front, cameras: [c], groups: [roof], spans: [d=2x2]}]\n");
  EXPECT_THAT(x.views.at(0).cameras, ElementsAre("c"));
  ASSERT_EQ(x.warnings.size(), 3U);
  EXPECT_THAT(x.warnings[0], testing::HasSubstr("\"c\" is not the id of a camera"));
  EXPECT_THAT(x.warnings[1], testing::HasSubstr("\"roof\" is the group of no camera"));
  EXPECT_THAT(x.warnings[2], testing::HasSubstr("\"d\" is not the id of a camera"));
}

TEST(views_test, changes_are_in_force_at_once_wherever_the_view_stands) {
  auto before = load_good(cameras + "views: [{name: front}]\n");
  auto moved = load_good(cameras + "\nviews: [{name: front}]\n");
  auto changed = load_good(cameras + "views: [{name: front, layout: 2x2}]\n");
  EXPECT_TRUE(compare(before, moved).empty());
  EXPECT_FALSE(compare(before, changed).empty());
  EXPECT_THAT(compare(before, changed).next_start, IsEmpty());
}

class bad_views_test : public testing::TestWithParam<bad_case> {};

TEST_P(bad_views_test, is_refused_with_its_place) {
  EXPECT_EQ(errors_of(GetParam().text), GetParam().errors);
}

const std::vector<bad_case> cases{
  {"no_list", "views: {name: a}\n", "wall.yaml:1:8: views: expected a list, found a mapping\n"},
  {"empty_entry", "views:\n  -\n", "wall.yaml:3:1: views[0]: has no value\n"},
  {"no_name", "views: [{layout: 2x2}]\n", "wall.yaml:1:9: views[0].name: is missing\n"},
  {"name", "views: [{name: Front}]\n",
   "wall.yaml:1:16: views[0].name: \"Front\" is not a name of a-z, 0-9, _ and -\n"},
  {"same_twice", "views: [{name: a}, {name: a}]\n",
   "wall.yaml:1:27: views[1].name: \"a\" is the name of another view\n"},
  {"layout", "views: [{name: a, layout: 2x3}]\n",
   "wall.yaml:1:27: views[0].layout: \"2x3\" is not one of auto, 1, 2x2, 3x3, 4x4, 5x5, 6x6, 8x8, "
   "1+5, 1+7, 1+12\n"},
  {"fit", "views: [{name: a, fit: tall}]\n",
   "wall.yaml:1:24: views[0].fit: \"tall\" is not one of contain, cover\n"},
  {"span", "views: [{name: a, spans: [b=5x1]}]\n",
   "wall.yaml:1:27: views[0].spans[0]: \"b=5x1\" is not a camera and its size, 1x1 to 4x4, such as "
   "gate=2x2\n"},
  {"unknown_key", "views: [{name: a, layuot: 2x2}]\n",
   "wall.yaml:1:19: views[0]: unknown key \"layuot\"; did you mean \"layout\"?\n"},
};

INSTANTIATE_TEST_SUITE_P(all, bad_views_test, testing::ValuesIn(cases), case_name);

} // namespace
} // namespace camwall::config
