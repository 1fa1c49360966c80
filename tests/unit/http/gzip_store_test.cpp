#include "http/gzip_store.hpp"

#include "core/unique_fd.hpp"
#include "tests/support/temporary_folder.hpp"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <zlib.h>

namespace camwall::http {
namespace {

std::string unpack(const std::string& packed) {
  z_stream stream{};
  EXPECT_EQ(inflateInit2(&stream, 15 + 16), Z_OK);
  std::string out(1U << 20U, '\0');
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(packed.data()));
  stream.avail_in = static_cast<uInt>(packed.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  EXPECT_EQ(inflate(&stream, Z_FINISH), Z_STREAM_END);
  out.resize(stream.total_out);
  inflateEnd(&stream);
  return out;
}

class gzip_store_test : public testing::Test {
protected:
  gzip_store::body get(gzip_store& sut, const std::string& tag, const std::string& text) {
    unique_fd fd{::open(folder.write("file", text).c_str(), O_RDONLY | O_CLOEXEC)};
    return sut.get(tag, fd.get(), text.size());
  }

  test::temporary_folder folder;
};

TEST_F(gzip_store_test, takes_what_the_field_takes) {
  for (auto field : {"gzip", "gzip, deflate, br, zstd", "br;q=1.0, GZIP;q=0.5", "*", "x-gzip",
                     "identity;q=0, *;q=0.1"})
    EXPECT_TRUE(accepts_gzip(field)) << field;
  for (auto field : {"", "br", "gzip;q=0", "gzip; q=0.000", "*;q=0", "gzip;q=0, *", "identity"})
    EXPECT_FALSE(accepts_gzip(field)) << field;
}

TEST_F(gzip_store_test, a_packed_file_unpacks_to_itself) {
  gzip_store sut;
  std::string text(100'000, 'x');
  auto x = get(sut, "\"a\"", text);
  ASSERT_TRUE(x);
  EXPECT_LT(x->size(), 1000U);
  EXPECT_EQ(unpack(*x), text);
}

TEST_F(gzip_store_test, packs_each_version_once) {
  gzip_store sut;
  auto first = get(sut, "\"a\"", std::string(1000, 'x'));
  EXPECT_EQ(get(sut, "\"a\"", std::string(1000, 'y')), first);
  EXPECT_NE(get(sut, "\"b\"", std::string(1000, 'y')), first);
}

TEST_F(gzip_store_test, leaves_what_gains_nothing) {
  gzip_store sut;
  EXPECT_FALSE(get(sut, "\"a\"", "x"));
  EXPECT_FALSE(get(sut, "\"a\"", "x"));
  EXPECT_FALSE(get(sut, "\"b\"", ""));
  EXPECT_FALSE(sut.get("\"c\"", -1, 1000));
  EXPECT_FALSE(sut.get("\"d\"", -1, gzip_store::file_bytes_max + 1));
}

TEST_F(gzip_store_test, forgets_all_when_it_is_full) {
  gzip_store sut{700};
  auto first = get(sut, "\"a\"", std::string(1000, 'x'));
  auto second = get(sut, "\"b\"", std::string(1000, 'x'));
  EXPECT_EQ(get(sut, "\"a\"", std::string(1000, 'x')), first);
  get(sut, "\"c\"", std::string(1000, 'x'));
  EXPECT_NE(get(sut, "\"b\"", std::string(1000, 'x')), second);
}

} // namespace
} // namespace camwall::http
