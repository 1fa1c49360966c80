#include "http/file_responder.hpp"

#include "tests/support/temporary_folder.hpp"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>

namespace camwall::http {
namespace {

class file_responder_test : public testing::Test {
protected:
  response get(const std::string& name, std::span<const header_field> fields = {},
               method how = method::get) {
    request x;
    x.method = how;
    x.headers = fields;
    return sut.serve(x, name, "no-cache");
  }

  static std::string content(const response& x) {
    std::string out(x.file.size, '\0');
    auto n = ::pread(x.file.fd.get(), out.data(), out.size(), static_cast<off_t>(x.file.offset));
    out.resize(n < 0 ? 0 : static_cast<std::size_t>(n));
    return out;
  }

  static std::string field(const response& x, const std::string& name) {
    auto at = x.fields.find(name + ": ");
    if (at == std::string::npos)
      return {};
    at += name.size() + 2;
    return x.fields.substr(at, x.fields.find('\r', at) - at);
  }

  test::temporary_folder folder;
  file_responder sut{folder.path() / "www"};
};

TEST_F(file_responder_test, serves_a_file_with_type_and_tag) {
  folder.write("www/a.m3u8", "0123456789");
  auto x = get("a.m3u8");
  EXPECT_EQ(x.status, 200);
  EXPECT_EQ(content(x), "0123456789");
  EXPECT_EQ(field(x, "Content-Type"), "application/vnd.apple.mpegurl");
  EXPECT_EQ(field(x, "Cache-Control"), "no-cache");
  EXPECT_FALSE(field(x, "ETag").empty());
}

TEST_F(file_responder_test, serves_one_range) {
  folder.write("www/a.ts", "0123456789");
  std::array<header_field, 1> range{{{"Range", "bytes=2-5"}}};
  auto x = get("a.ts", range);
  EXPECT_EQ(x.status, 206);
  EXPECT_EQ(content(x), "2345");
  EXPECT_EQ(field(x, "Content-Range"), "bytes 2-5/10");
  EXPECT_EQ(get("a.ts", range, method::head).status, 200);
  range[0].value = "bytes=10-";
  x = get("a.ts", range);
  EXPECT_EQ(x.status, 416);
  EXPECT_EQ(field(x, "Content-Range"), "bytes */10");
}

TEST_F(file_responder_test, ignores_the_range_of_another_version) {
  folder.write("www/a.ts", "0123456789");
  auto etag = field(get("a.ts"), "ETag");
  std::array<header_field, 2> fields{{{"Range", "bytes=2-5"}, {"If-Range", "\"other\""}}};
  EXPECT_EQ(get("a.ts", fields).status, 200);
  fields[1].value = etag;
  EXPECT_EQ(get("a.ts", fields).status, 206);
}

TEST_F(file_responder_test, answers_304_until_the_file_changes) {
  folder.write("www/a.js", "old");
  auto etag = field(get("a.js"), "ETag");
  std::array<header_field, 1> fields{{{"If-None-Match", etag}}};
  auto x = get("a.js", fields);
  EXPECT_EQ(x.status, 304);
  EXPECT_FALSE(x.file.fd);
  EXPECT_EQ(field(x, "ETag"), etag);
  folder.write("www/b.js", "new");
  std::filesystem::rename(folder.path() / "www/b.js", folder.path() / "www/a.js");
  EXPECT_EQ(get("a.js", fields).status, 200);
}

TEST_F(file_responder_test, never_leaves_its_folder) {
  folder.write("secret", "x");
  folder.write("www/a.js", "x");
  std::filesystem::create_symlink(folder.path() / "secret", folder.path() / "www/absolute");
  std::filesystem::create_symlink("../secret", folder.path() / "www/relative");
  std::filesystem::create_symlink("..", folder.path() / "www/up");
  std::filesystem::create_symlink("a.js", folder.path() / "www/inside.js");
  for (auto name :
       {"absolute", "relative", "up/secret", "../secret", "/etc/passwd", "missing", "a.js/x", ""})
    EXPECT_EQ(get(name).status, 404) << name;
  EXPECT_EQ(get("inside.js").status, 200);
}

TEST_F(file_responder_test, serves_regular_files_only) {
  folder.write("www/sub/a.js", "x");
  ASSERT_EQ(::mkfifo((folder.path() / "www/fifo").c_str(), 0600), 0);
  EXPECT_EQ(get("sub").status, 404);
  EXPECT_EQ(get("fifo").status, 404);
}

TEST_F(file_responder_test, finds_its_folder_again_after_it_was_made_anew) {
  EXPECT_EQ(get("a.js").status, 404);
  folder.write("www/a.js", "1");
  EXPECT_EQ(get("a.js").status, 200);
  std::filesystem::remove_all(folder.path() / "www");
  EXPECT_EQ(get("a.js").status, 404);
  folder.write("www/a.js", "22");
  EXPECT_EQ(content(get("a.js")), "22");
}

TEST(mime_type_test, knows_what_the_wall_serves) {
  EXPECT_EQ(mime_type("a/index.html"), "text/html; charset=utf-8");
  EXPECT_EQ(mime_type("hls.mjs"), "text/javascript; charset=utf-8");
  EXPECT_EQ(mime_type("1-2v.m4s"), "video/iso.segment");
  EXPECT_EQ(mime_type("init-1-v.mp4"), "video/mp4");
  EXPECT_EQ(mime_type("1-2.ts"), "video/mp2t");
  EXPECT_EQ(mime_type("noext"), "application/octet-stream");
}

} // namespace
} // namespace camwall::http
