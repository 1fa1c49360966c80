#include "http/compat/compat_ids.hpp"

#include "tests/support/temporary_folder.hpp"

#include <gtest/gtest.h>

#include <cctype>
#include <fstream>
#include <sstream>
#include <vector>

namespace camwall::http {
namespace {

class compat_ids_test : public testing::Test {
protected:
  compat_ids load(const std::vector<std::string>& cameras) {
    auto x = compat_ids::load(file, cameras);
    EXPECT_TRUE(x.has_value()) << x.error();
    warning = x->warning;
    return std::move(x->ids);
  }

  std::string text() const {
    std::ifstream in{file};
    std::ostringstream out;
    out << in.rdbuf();
    return out.str();
  }

  test::temporary_folder folder;
  std::filesystem::path file = folder.path() / "compat_ids.json";
  std::string warning;
};

TEST_F(compat_ids_test, gives_numbers_in_order_and_a_uuid_to_each) {
  auto x = load({"gate", "yard"});
  EXPECT_EQ(x.find("gate")->number, 1U);
  EXPECT_EQ(x.find("yard")->number, 2U);
  EXPECT_EQ(x.camera_of(2U), "yard");
  auto uuid = x.find("gate")->uuid;
  EXPECT_NE(uuid, x.find("yard")->uuid);
  EXPECT_EQ(uuid.size(), 36U);
  EXPECT_EQ(uuid[14], '4');
  EXPECT_EQ(x.camera_of(uuid), "gate");
  EXPECT_EQ(x.find("door"), nullptr);
  EXPECT_EQ(x.camera_of(3U), "");
  EXPECT_EQ(x.camera_of("gate"), "");
  EXPECT_EQ(warning, "");
}

TEST_F(compat_ids_test, keeps_them_over_restarts_and_never_gives_one_again) {
  auto before = load({"gate", "yard"});
  auto after = load({"door", "yard"});
  EXPECT_EQ(*after.find("yard"), *before.find("yard"));
  EXPECT_EQ(after.find("door")->number, 3U);
  EXPECT_EQ(*load({"gate"}).find("gate"), *before.find("gate")) << "it came back";
}

TEST_F(compat_ids_test, gives_ids_to_cameras_that_come_later_and_moves_no_other) {
  auto x = load({"gate"});
  const auto* gate = x.find("gate");
  EXPECT_EQ(x.extend(file, std::vector<std::string>{"yard", "gate"}), "");
  EXPECT_EQ(x.find("gate"), gate) << "others may hold it";
  EXPECT_EQ(x.find("yard")->number, 2U);
  EXPECT_EQ(x.camera_of(2U), "yard");
  EXPECT_EQ(x.camera_of(x.find("yard")->uuid), "yard");
  EXPECT_EQ(*load({}).find("yard"), *x.find("yard")) << "it is in the file";
}

TEST_F(compat_ids_test, gives_no_id_that_cannot_be_kept) {
  auto x = load({"gate"});
  std::filesystem::create_directory(file.string() + ".tmp");
  EXPECT_NE(x.extend(file, std::vector<std::string>{"yard"}), "");
  EXPECT_EQ(x.find("yard"), nullptr);
}

TEST_F(compat_ids_test, writes_only_what_is_new) {
  load({"gate"});
  std::filesystem::create_directory(file.string() + ".tmp"); // Where a new text would be written.
  EXPECT_TRUE(compat_ids::load(file, std::vector<std::string>{"gate"}).has_value());
  EXPECT_FALSE(compat_ids::load(file, std::vector<std::string>{"yard"}).has_value());
}

TEST_F(compat_ids_test, sets_a_damaged_file_aside_and_reuses_no_number_of_it) {
  auto long_ago = load({"gate"});
  auto good = text();
  for (const auto& bad :
       {std::string{}, good.substr(0, good.size() / 2), std::string{"[]"},
        std::string{"{\"next\":1,\"cameras\":{}}x"}, std::string{"{\"next\":0,\"cameras\":{}}"},
        std::string{"{\"next\":2,\"cameras\":{\"a\":{\"number\":2}}}"},
        std::string{"{\"next\":2,\"cameras\":{\"a\":7}}"}}) {
    std::ofstream{file} << bad;
    auto x = load({"gate"});
    EXPECT_GT(x.find("gate")->number, 1'000'000U) << bad;
    EXPECT_NE(warning.find("set aside as " + file.string() + ".bad"), std::string::npos) << warning;
    EXPECT_TRUE(std::filesystem::exists(file.string() + ".bad"));
    load({"gate"});
    EXPECT_EQ(warning, "");
  }
}

TEST_F(compat_ids_test, says_what_is_wrong_with_a_folder_that_is_not_there) {
  auto x = compat_ids::load(folder.path() / "no" / "ids.json", std::vector<std::string>{"gate"});
  ASSERT_FALSE(x.has_value());
  EXPECT_NE(x.error().find("cannot be written: No such file or directory"), std::string::npos)
    << x.error();
}

TEST_F(compat_ids_test, finds_a_uuid_whatever_its_case) {
  auto x = load({"gate"});
  auto uuid = x.find("gate")->uuid;
  for (auto& c : uuid)
    c = static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
  EXPECT_EQ(x.camera_of(uuid), "gate");
}

} // namespace
} // namespace camwall::http
