#include "http/response.hpp"

#include "http/problem.hpp"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace camwall::http {
namespace {

std::string head_of(const response& x, bool keep_alive = true) {
  std::string out;
  append_head(out, x, {keep_alive, true, "Thu, 01 Jan 2026 12:00:00 GMT"});
  return out;
}

TEST(response_test, renders_a_complete_head) {
  auto x = text_response(200, "text/plain", "hello");
  EXPECT_EQ(head_of(x),
            "HTTP/1.1 200 OK\r\nDate: Thu, 01 Jan 2026 12:00:00 GMT\r\nContent-Type: text/plain\r\n"
            "Content-Length: 5\r\nConnection: keep-alive\r\n\r\n");
  EXPECT_NE(head_of(x, false).find("Connection: close\r\n"), std::string::npos);
}

TEST(response_test, gives_no_length_where_there_is_no_content) {
  response x;
  for (auto status : {204, 304}) {
    x.status = status;
    EXPECT_EQ(head_of(x).find("Content-Length"), std::string::npos) << status;
  }
}

TEST(response_test, lets_no_value_begin_a_new_line) {
  response x;
  x.add("Location", "/a\r\nSet-Cookie: b");
  EXPECT_EQ(x.fields, "Location: /a??Set-Cookie: b\r\n");
}

TEST(response_test, names_all_that_it_varies_by_in_one_line) {
  response first;
  first.vary_by("Accept").vary_by("Origin").add("ETag", "x");
  EXPECT_EQ(first.fields, "Vary: Accept, Origin\r\nETag: x\r\n");
  response later;
  later.add("ETag", "x")
    .vary_by("Accept-Encoding")
    .add("Age", "1")
    .vary_by("Accept")
    .vary_by("Origin");
  EXPECT_EQ(later.fields, "ETag: x\r\nVary: Accept-Encoding, Accept, Origin\r\nAge: 1\r\n");
}

TEST(response_test, renders_the_date_as_http_wants_it) {
  auto x = http_date();
  ASSERT_EQ(x.size(), 29U);
  EXPECT_EQ(x.substr(3, 2), ", ");
  EXPECT_EQ(x.substr(25), " GMT");
}

TEST(problem_test, has_the_members_of_rfc_9457_and_a_code) {
  auto x = problem(404, "not_found", "There is no \"x\\y\".\n\xff");
  EXPECT_EQ(x.status, 404);
  EXPECT_NE(x.fields.find("application/problem+json"), std::string::npos);
  EXPECT_NE(x.fields.find("no-store"), std::string::npos);
  auto json = nlohmann::json::parse(x.body);
  EXPECT_EQ(json.at("type"), "about:blank");
  EXPECT_EQ(json.at("title"), "Not Found");
  EXPECT_EQ(json.at("status"), 404);
  EXPECT_EQ(json.at("code"), "not_found");
  EXPECT_EQ(json.at("detail"), "There is no \"x\\y\".\n\u00ff");
}

} // namespace
} // namespace camwall::http
