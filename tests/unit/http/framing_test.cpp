#include "http/framing.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace camwall::http {
namespace {

using result = framer::result;

framing_limits small_limits() {
  framing_limits x;
  x.header_bytes_max = 512;
  x.body_bytes_max = 64;
  x.target_bytes_max = 100;
  x.fields_max = 5;
  return x;
}

struct refused_case {
  const char* name;
  std::string text;
  int status;
  std::string_view code;
};

std::string with_fields(const std::string& fields, const std::string& rest = "") {
  return "GET / HTTP/1.1\r\nHost: wall\r\n" + fields + "\r\n" + rest;
}

std::string with_line(const std::string& line) {
  return line + "\r\nHost: wall\r\n\r\n";
}

std::vector<refused_case> refused_cases() {
  using namespace std::string_literals;
  return {
    // The request line.
    {"no version", with_line("GET /"), 400, "bad_request_line"},
    {"only a method", with_line("GET"), 400, "bad_request_line"},
    {"two blanks", with_line("GET  / HTTP/1.1"), 400, "bad_request_line"},
    {"blank at the end", with_line("GET / HTTP/1.1 "), 400, "bad_request_line"},
    {"blank at the start", with_line(" GET / HTTP/1.1"), 400, "bad_request_line"},
    {"tab for a blank", with_line("GET\t/\tHTTP/1.1"), 400, "bad_request_line"},
    {"method is no token", with_line("G(T / HTTP/1.1"), 400, "bad_request_line"},
    {"version in lower case", with_line("GET / http/1.1"), 400, "bad_request_line"},
    {"version without minor", with_line("GET / HTTP/1"), 400, "bad_request_line"},
    {"version with two digits", with_line("GET / HTTP/1.10"), 400, "bad_request_line"},
    {"version with letters", with_line("GET / HTTP/x.y"), 400, "bad_request_line"},
    {"HTTP/2 preface", "PRI * HTTP/2.0\r\n\r\n", 505, "version_not_supported"},
    {"HTTP/0.9 by number", with_line("GET / HTTP/0.9"), 505, "version_not_supported"},
    {"no slash", with_line("GET x HTTP/1.1"), 400, "bad_target"},
    {"asterisk of GET", with_line("GET * HTTP/1.1"), 400, "bad_target"},
    {"authority form", with_line("CONNECT wall:80 HTTP/1.1"), 400, "bad_target"},
    {"https to a plain port", with_line("GET https://wall/ HTTP/1.1"), 400, "bad_target"},
    {"fragment", with_line("GET /#x HTTP/1.1"), 400, "bad_request_line"},
    {"bytes above ASCII", with_line("GET /\xc3\xa4 HTTP/1.1"), 400, "bad_request_line"},
    {"NUL in the target", with_line("GET /\0x HTTP/1.1"s), 400, "bad_request_line"},
    {"method too long", with_line(std::string(200, 'A') + " / HTTP/1.1"), 414, "target_too_long"},
    {"target too long", with_line("GET /" + std::string(100, 'x') + " HTTP/1.1"), 414,
     "target_too_long"},
    // Lines.
    {"bare LF", "GET / HTTP/1.1\nHost: wall\n\n", 400, "bare_line_feed"},
    {"one bare LF", "GET / HTTP/1.1\r\nHost: wall\nX: y\r\n\r\n", 400, "bare_line_feed"},
    {"LF first", "\nGET / HTTP/1.1\r\n\r\n", 400, "bare_line_feed"},
    {"bare CR", with_fields("X: a\rb\r\n"), 400, "bad_header"},
    {"folded line", with_fields("X: a\r\n b\r\n"), 400, "bad_header"},
    {"folded first line", "GET / HTTP/1.1\r\n Host: wall\r\n\r\n", 400, "bad_header"},
    // Fields.
    {"no colon", with_fields("X\r\n"), 400, "bad_header"},
    {"no name", with_fields(": x\r\n"), 400, "bad_header"},
    {"blank before the colon", with_fields("X : y\r\n"), 400, "bad_header"},
    {"NUL in a value", with_fields("X: a\0b\r\n"s), 400, "bad_header"},
    {"DEL in a value", with_fields("X: a\x7f\r\n"), 400, "bad_header"},
    {"name is no token", with_fields("X{}: y\r\n"), 400, "bad_header"},
    {"too many fields", with_fields("A: 1\r\nB: 2\r\nC: 3\r\nD: 4\r\nE: 5\r\n"), 431,
     "too_many_fields"},
    {"header too large", with_fields("X: " + std::string(600, 'x') + "\r\n"), 431,
     "header_too_large"},
    // Host.
    {"no host", "GET / HTTP/1.1\r\nX: y\r\n\r\n", 400, "bad_host"},
    {"empty host", "GET / HTTP/1.1\r\nHost:\r\n\r\n", 400, "bad_host"},
    {"two hosts", with_fields("Host: other\r\n"), 400, "bad_host"},
    {"two equal hosts", with_fields("host: wall\r\n"), 400, "bad_host"},
    // Length.
    {"length is a word", with_fields("Content-Length: abc\r\n"), 400, "bad_content_length"},
    {"length is empty", with_fields("Content-Length:\r\n"), 400, "bad_content_length"},
    {"length has a sign", with_fields("Content-Length: +5\r\n", "hello"), 400,
     "bad_content_length"},
    {"length is negative", with_fields("Content-Length: -5\r\n"), 400, "bad_content_length"},
    {"length in hex", with_fields("Content-Length: 0x5\r\n", "hello"), 400, "bad_content_length"},
    {"length is a list", with_fields("Content-Length: 5, 5\r\n", "hello"), 400,
     "bad_content_length"},
    {"length twice", with_fields("Content-Length: 5\r\nContent-Length: 5\r\n", "hello"), 400,
     "bad_content_length"},
    {"length beyond 64 bits", with_fields("Content-Length: 99999999999999999999\r\n"), 400,
     "bad_content_length"},
    {"length too large", with_fields("Content-Length: 65\r\n"), 413, "body_too_large"},
    {"chunked", with_fields("Transfer-Encoding: chunked\r\n"), 501,
     "transfer_coding_not_implemented"},
    {"unknown coding", with_fields("Transfer-Encoding: xchunked\r\n"), 501,
     "transfer_coding_not_implemented"},
    {"length and coding", with_fields("Content-Length: 5\r\nTransfer-Encoding: chunked\r\n"), 400,
     "ambiguous_length"},
    {"coding and length", with_fields("Transfer-Encoding: chunked\r\nContent-Length: 5\r\n"), 400,
     "ambiguous_length"},
    {"coding in HTTP/1.0", "GET / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n", 400,
     "ambiguous_length"},
    {"expectation", with_fields("Expect: 100-continue\r\n"), 417, "expectation_failed"},
  };
}

TEST(framing_test, refuses_what_could_be_read_in_two_ways) {
  auto cases = refused_cases();
  EXPECT_GE(cases.size(), 40U);
  for (const auto& x : cases) {
    framer sut{small_limits()};
    ASSERT_EQ(sut.next(x.text), result::refused) << x.name;
    EXPECT_EQ(sut.why().status, x.status) << x.name << ": " << sut.why().code;
    EXPECT_EQ(sut.why().code, x.code) << x.name;
    EXPECT_FALSE(sut.why().detail.empty()) << x.name;
  }
}

TEST(framing_test, comes_to_the_same_verdict_when_bytes_arrive_one_by_one) {
  for (const auto& x : refused_cases()) {
    framer sut{small_limits()};
    auto found = result::incomplete;
    for (std::size_t n = 1; n <= x.text.size() && found == result::incomplete; ++n)
      found = sut.next(std::string_view{x.text}.substr(0, n));
    EXPECT_EQ(found, result::refused) << x.name;
    EXPECT_EQ(sut.why().code, x.code) << x.name;
  }
}

TEST(framing_test, takes_a_request_apart) {
  framer sut{small_limits()};
  std::string text =
    "POST /a/b?c=d HTTP/1.1\r\nHost: wall:8080\r\nX-Blank: \t a b \t\r\nContent-Length: "
    "5\r\n\r\nhelloGET";
  ASSERT_EQ(sut.next(text), result::complete);
  const auto& x = sut.request();
  EXPECT_EQ(x.method, "POST");
  EXPECT_EQ(x.target, "/a/b?c=d");
  EXPECT_EQ(x.host, "wall:8080");
  EXPECT_EQ(x.body, "hello");
  EXPECT_EQ(x.size, text.size() - 3);
  EXPECT_TRUE(x.keep_alive);
  ASSERT_EQ(x.fields.size(), 3U);
  EXPECT_EQ(x.fields[1].name, "X-Blank");
  EXPECT_EQ(x.fields[1].value, "a b");
}

TEST(framing_test, waits_while_a_request_is_incomplete) {
  std::string text = "POST / HTTP/1.1\r\nHost: wall\r\nContent-Length: 5\r\n\r\nhello";
  framer sut{small_limits()};
  for (std::size_t n = 0; n < text.size(); ++n)
    ASSERT_EQ(sut.next(std::string_view{text}.substr(0, n)), result::incomplete) << n;
  ASSERT_EQ(sut.next(text), result::complete);
  EXPECT_EQ(sut.request().size, text.size());
}

TEST(framing_test, finds_one_pipelined_request_after_the_other) {
  std::string text =
    "GET /1 HTTP/1.1\r\nHost: a\r\n\r\nGET /2 HTTP/1.1\r\nHost: a\r\n\r\nGET /3 HT";
  framer sut{small_limits()};
  std::string_view rest = text;
  ASSERT_EQ(sut.next(rest), result::complete);
  EXPECT_EQ(sut.request().target, "/1");
  rest.remove_prefix(sut.request().size);
  ASSERT_EQ(sut.next(rest), result::complete);
  EXPECT_EQ(sut.request().target, "/2");
  rest.remove_prefix(sut.request().size);
  EXPECT_EQ(sut.next(rest), result::incomplete);
}

TEST(framing_test, skips_empty_lines_before_a_request) {
  framer sut{small_limits()};
  std::string text = "\r\n\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n";
  ASSERT_EQ(sut.next(text), result::complete);
  EXPECT_EQ(sut.request().size, text.size());
}

TEST(framing_test, prefers_the_authority_of_an_absolute_target_over_the_host_field) {
  framer sut{small_limits()};
  ASSERT_EQ(sut.next("GET http://wall:1/x?y HTTP/1.1\r\nHost: evil\r\n\r\n"), result::complete);
  EXPECT_EQ(sut.request().host, "wall:1");
  EXPECT_EQ(sut.request().target, "/x?y");
  ASSERT_EQ(sut.next("GET HTTP://wall HTTP/1.1\r\nHost: evil\r\n\r\n"), result::complete);
  EXPECT_EQ(sut.request().target, "/");
}

TEST(framing_test, accepts_the_asterisk_of_options) {
  framer sut{small_limits()};
  ASSERT_EQ(sut.next("OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n"), result::complete);
  EXPECT_EQ(sut.request().target, "*");
}

TEST(framing_test, keeps_alive_as_version_and_connection_say) {
  struct row {
    std::string text;
    bool keep_alive;
  };
  for (const auto& x : std::vector<row>{
         {"GET / HTTP/1.1\r\nHost: a\r\n\r\n", true},
         {"GET / HTTP/1.2\r\nHost: a\r\n\r\n", true},
         {"GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n", false},
         {"GET / HTTP/1.1\r\nHost: a\r\nConnection: Upgrade, CLOSE\r\n\r\n", false},
         {"GET / HTTP/1.1\r\nHost: a\r\nConnection: closed\r\n\r\n", true},
         {"GET / HTTP/1.0\r\n\r\n", false},
         {"GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n", true},
       }) {
    framer sut{small_limits()};
    ASSERT_EQ(sut.next(x.text), result::complete) << x.text;
    EXPECT_EQ(sut.request().keep_alive, x.keep_alive) << x.text;
  }
}

} // namespace
} // namespace camwall::http
