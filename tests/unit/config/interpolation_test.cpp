#include "tests/unit/config/config_fixture.hpp"

namespace camwall::config {
namespace {

std::string filled(std::string_view text) {
  auto env = fixed_environment({{"HOST", "cam"},
                                {"EMPTY", ""},
                                {"NESTED", "${HOST}"},
                                {"_x1", "y"},
                                {"BINARY", "a\x01"},
                                {"LONG", std::string(9000, 'x')}});
  auto x = interpolate(text, env);
  return x ? *x : "error: " + x.error();
}

TEST(interpolation_test, replaces_variables_wherever_they_stand) {
  EXPECT_EQ(filled("rtsp://${HOST}:554/${_x1}"), "rtsp://cam:554/y");
  EXPECT_EQ(filled("${HOST}${HOST}"), "camcam");
  EXPECT_EQ(filled("${EMPTY}"), "");
}

TEST(interpolation_test, uses_the_default_when_the_variable_is_unset_or_empty) {
  EXPECT_EQ(filled("${NOT_SET:-a:-b}"), "a:-b");
  EXPECT_EQ(filled("${EMPTY:-x}"), "x");
  EXPECT_EQ(filled("${HOST:-x}"), "cam");
  EXPECT_EQ(filled("${NOT_SET:-}"), "");
}

TEST(interpolation_test, takes_a_doubled_dollar_before_a_brace_as_text) {
  EXPECT_EQ(filled("$${HOST}"), "${HOST}");
  EXPECT_EQ(filled("$$${HOST}"), "$${HOST}");
}

TEST(interpolation_test, leaves_other_dollars_alone) {
  EXPECT_EQ(filled("pa$$word $HOST $"), "pa$$word $HOST $");
}

TEST(interpolation_test, does_not_look_through_values_again) {
  EXPECT_EQ(filled("${NESTED}"), "${HOST}");
}

TEST(interpolation_test, names_the_variable_that_is_missing) {
  EXPECT_EQ(filled("a ${NOT_SET}"),
            "error: the variable NOT_SET is not set (environment, secrets_file, .env); "
            "${NOT_SET:-default} gives a default");
}

TEST(interpolation_test, refuses_what_is_not_a_name) {
  for (std::string text : {"${}", "${1A}", "${A B}", "${:-x}", "${${HOST}}"})
    EXPECT_EQ(filled(text),
              "error: between ${ and } belongs the name of a variable; "
              "write $${ for a literal ${")
      << text;
}

TEST(interpolation_test, refuses_an_open_brace) {
  EXPECT_EQ(filled("${HOST"), "error: a ${ has no }; write $${ for a literal ${");
}

TEST(interpolation_test, refuses_control_characters_without_quoting_them) {
  EXPECT_EQ(filled("${BINARY}"),
            "error: the variable BINARY is not UTF-8 text or holds a "
            "control character");
}

TEST(interpolation_test, bounds_what_variables_can_grow_to) {
  EXPECT_EQ(filled("${LONG}${LONG}"), "error: is longer than 16 KiB with its variables filled in");
}

} // namespace
} // namespace camwall::config
