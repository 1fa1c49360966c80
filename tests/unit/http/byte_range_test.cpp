#include "http/byte_range.hpp"

#include <gtest/gtest.h>

#include <vector>

namespace camwall::http {
namespace {

using kind = byte_range::kind;

TEST(byte_range_test, reads_single_ranges_and_ignores_the_rest) {
  struct row {
    std::string_view field;
    std::uint64_t total;
    kind what;
    std::uint64_t offset = 0;
    std::uint64_t size = 0;
  };
  for (const auto& x : std::vector<row>{
         {"bytes=0-0", 10, kind::part, 0, 1},
         {"bytes=2-5", 10, kind::part, 2, 4},
         {"bytes=2-", 10, kind::part, 2, 8},
         {"bytes=-3", 10, kind::part, 7, 3},
         {"bytes=-30", 10, kind::part, 0, 10},
         {"bytes=9-99", 10, kind::part, 9, 1},
         {"bytes=0-99999999999999999999", 10, kind::part, 0, 10},
         {"bytes=10-", 10, kind::unsatisfiable},
         {"bytes=10-12", 10, kind::unsatisfiable},
         {"bytes=99999999999999999999-", 10, kind::unsatisfiable},
         {"bytes=-0", 10, kind::unsatisfiable},
         {"bytes=0-", 0, kind::unsatisfiable},
         {"bytes=-1", 0, kind::unsatisfiable},
         {"", 10, kind::whole},
         {"bytes=", 10, kind::whole},
         {"bytes=-", 10, kind::whole},
         {"bytes=5-2", 10, kind::whole},
         {"bytes=a-b", 10, kind::whole},
         {"bytes=1-2x", 10, kind::whole},
         {"bytes=+1-2", 10, kind::whole},
         {"bytes=0-1,3-4", 10, kind::whole},
         {"lines=0-1", 10, kind::whole},
       }) {
    auto y = parse_range(x.field, x.total);
    EXPECT_EQ(y.what, x.what) << x.field;
    if (x.what == kind::part) {
      EXPECT_EQ(y.offset, x.offset) << x.field;
      EXPECT_EQ(y.size, x.size) << x.field;
    }
  }
}

TEST(byte_range_test, compares_entity_tags_weakly) {
  for (auto x : {"\"a\"", "W/\"a\"", "*", "\"b\", \"a\"", "\"b\" ,W/\"a\" "})
    EXPECT_TRUE(matches_etag(x, "\"a\"")) << x;
  for (auto x : {"\"b\"", "a", "", "\"aa\"", "\"b\",\"c\""})
    EXPECT_FALSE(matches_etag(x, "\"a\"")) << x;
}

} // namespace
} // namespace camwall::http
