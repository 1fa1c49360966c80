#include "http/page_files.hpp"

#include "tests/support/temporary_folder.hpp"

#include <gtest/gtest.h>

#include <array>
#include <chrono>
#include <string>

namespace camwall::http {
namespace {

class page_files_test : public testing::Test {
protected:
  page_files_test() {
    folder.write("www/index.html", "<script src=\"/static/js/main.js\"></script>/static/a.css");
    folder.write("www/js/main.js", "old");
  }

  response page(std::span<const header_field> fields = {}) {
    request x;
    x.headers = fields;
    return sut.page(x);
  }

  response file(const std::string& relative) {
    return sut.file(request{}, relative);
  }

  /// What stands before `js/main.js` in the page: the edition with its `@` and its slash.
  std::string edition() {
    auto text = page().body;
    auto begin = text.find("/static/") + 8;
    return text.substr(begin, text.find("js/main.js") - begin);
  }

  static std::string tag_of(const response& x) {
    auto begin = x.fields.find("ETag: ") + 6;
    return x.fields.substr(begin, x.fields.find('\r', begin) - begin);
  }

  static bool is_kept(const response& x) {
    return x.fields.find("immutable") != std::string::npos;
  }

  test::temporary_folder folder;
  std::chrono::steady_clock::time_point now{};
  page_files sut{folder.path() / "www", [this] { return now; }};
};

TEST_F(page_files_test, names_its_files_by_edition_and_lets_browsers_keep_them) {
  auto x = page();
  EXPECT_EQ(x.status, 200);
  EXPECT_EQ(x.body, "<script src=\"/static/" + edition() + "js/main.js\"></script>/static/" +
                      edition() + "a.css");
  EXPECT_NE(x.fields.find("Cache-Control: no-cache\r\n"), std::string::npos);
  auto script = file(edition() + "js/main.js");
  EXPECT_EQ(script.status, 200);
  EXPECT_EQ(script.file.size, 3U);
  EXPECT_TRUE(is_kept(script));
}

TEST_F(page_files_test, a_change_makes_another_edition_and_the_old_one_is_not_kept) {
  auto before = edition();
  folder.write("www/js/main.js", "newer");
  EXPECT_EQ(edition(), before);
  now += page_files::looked_after;
  EXPECT_NE(edition(), before);
  auto script = file(before + "js/main.js");
  EXPECT_EQ(script.file.size, 5U);
  EXPECT_FALSE(is_kept(script));
  EXPECT_TRUE(is_kept(file(edition() + "js/main.js")));
}

TEST_F(page_files_test, files_without_an_edition_are_asked_for_each_time) {
  auto script = file("js/main.js");
  EXPECT_EQ(script.status, 200);
  EXPECT_FALSE(is_kept(script));
}

TEST_F(page_files_test, a_page_that_is_known_is_not_sent_again) {
  auto tag = '"' + edition().substr(1, 16) + '"';
  std::array<header_field, 1> known{{{"If-None-Match", tag}}};
  auto x = page(known);
  EXPECT_EQ(x.status, 304);
  EXPECT_TRUE(x.body.empty());
}

TEST_F(page_files_test, packs_texts_for_who_takes_gzip_and_tells_the_two_apart) {
  folder.write("www/js/main.js", std::string(1000, 'x'));
  std::array<header_field, 1> packed{{{"Accept-Encoding", "gzip, br"}}};
  auto plain = file("js/main.js");
  EXPECT_EQ(plain.file.size, 1000U);
  EXPECT_NE(plain.fields.find("Vary: Accept-Encoding\r\n"), std::string::npos);
  EXPECT_EQ(plain.fields.find("Content-Encoding"), std::string::npos);
  request x;
  x.headers = packed;
  auto small = sut.file(x, "js/main.js");
  EXPECT_EQ(small.status, 200);
  EXPECT_LT(small.body.size(), 100U);
  EXPECT_NE(small.fields.find("Content-Encoding: gzip\r\n"), std::string::npos);
  EXPECT_NE(small.fields.find("Vary: Accept-Encoding\r\n"), std::string::npos);
  EXPECT_NE(small.fields.find("text/javascript"), std::string::npos);
  EXPECT_NE(tag_of(small), tag_of(plain));

  auto tag = tag_of(small);
  std::array<header_field, 2> again{{{"Accept-Encoding", "gzip"}, {"If-None-Match", tag}}};
  x.headers = again;
  auto known = sut.file(x, "js/main.js");
  EXPECT_EQ(known.status, 304);
  EXPECT_EQ(tag_of(known), tag);
  EXPECT_EQ(sut.file(x, "js/missing.js").status, 404);
}

TEST_F(page_files_test, packs_the_page_but_no_pictures) {
  folder.write("www/index.html", std::string(1000, ' '));
  folder.write("www/a.png", std::string(1000, ' '));
  std::array<header_field, 1> packed{{{"Accept-Encoding", "gzip"}}};
  auto x = page(packed);
  EXPECT_LT(x.body.size(), 100U);
  EXPECT_NE(x.fields.find("Content-Encoding: gzip\r\n"), std::string::npos);
  EXPECT_NE(tag_of(x), tag_of(page()));
  request asked;
  asked.headers = packed;
  EXPECT_EQ(sut.file(asked, "a.png").file.size, 1000U);
}

TEST_F(page_files_test, what_is_not_there_is_not_found) {
  EXPECT_EQ(file("@").status, 404);
  EXPECT_EQ(file(edition()).status, 404);
  EXPECT_EQ(file(edition() + "../secret").status, 404);
  page_files empty{folder.path() / "nothing", [this] { return now; }};
  EXPECT_EQ(empty.page(request{}).status, 404);
  EXPECT_FALSE(is_kept(empty.file(request{}, "@x/a.js")));
}

} // namespace
} // namespace camwall::http
