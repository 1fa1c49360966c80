#include "cli/descriptor_limit.hpp"

#include "tests/support/temporary_folder.hpp"

#include <gtest/gtest.h>
#include <sys/resource.h>

namespace camwall::cli {
namespace {

const std::string shipped = "usr/lib/systemd/system/camwall.service";
const std::string drop_ins = "etc/systemd/system/camwall.service.d";

/// A machine that systemd runs.
struct machine : test::temporary_folder {
  machine() {
    std::filesystem::create_directories(path() / "run/systemd/system");
  }
  std::uint64_t hard() const {
    return find_descriptor_limit(path()).hard;
  }
};

std::uint64_t own_limit() {
  rlimit x{};
  ::getrlimit(RLIMIT_NOFILE, &x);
  return x.rlim_max;
}

TEST(descriptor_limit_test, the_limit_of_the_unit_counts_and_not_that_of_a_shell) {
  machine x;
  x.write(shipped, "[Service]\n# LimitNOFILE=1\nLimitNOFILE=65536\nTasksMax=8192\n");
  auto found = find_descriptor_limit(x.path());
  EXPECT_EQ(found.hard, 65536U);
  EXPECT_EQ(found.whose, "LimitNOFILE of camwall.service");
  EXPECT_TRUE(found.of_unit);
}

TEST(descriptor_limit_test, drop_ins_count_more_than_the_unit_and_the_administrators_unit_most) {
  machine x;
  x.write(shipped, "[Service]\nLimitNOFILE=65536\n");
  x.write(drop_ins + "/10-fewer.conf", "[Service]\nLimitNOFILE=1000\n");
  EXPECT_EQ(x.hard(), 1000U);
  x.write(drop_ins + "/override.conf", "[Service]\nLimitNOFILE=1024:90000 \n");
  EXPECT_EQ(x.hard(), 90'000U);
  x.write("usr/lib/systemd/system/camwall.service.d/override.conf", "[Service]\nLimitNOFILE=7\n");
  x.write(drop_ins + "/zz.txt", "[Service]\nLimitNOFILE=8\n");
  EXPECT_EQ(x.hard(), 90'000U) << "hidden by the one of the same name, and no drop-in";
  machine y;
  y.write(shipped, "[Service]\nLimitNOFILE=65536\n");
  y.write("etc/systemd/system/camwall.service", "[Service]\nLimitNOFILE=infinity\n");
  EXPECT_EQ(y.hard(), descriptor_limit::none);
}

TEST(descriptor_limit_test, without_systemd_or_its_word_the_limit_is_that_of_this_process) {
  test::temporary_folder container;
  container.write(shipped, "[Service]\nLimitNOFILE=65536\n");
  machine bare;
  machine silent;
  silent.write(shipped, "[Service]\nUser=camwall\n");
  machine odd;
  odd.write(shipped, "[Service]\nLimitNOFILE=many\n");
  for (const auto& root : {container.path(), bare.path(), silent.path(), odd.path()}) {
    auto found = find_descriptor_limit(root);
    EXPECT_EQ(found.hard, own_limit());
    EXPECT_FALSE(found.of_unit);
    EXPECT_EQ(found.whose, "ulimit -Hn of this process");
  }
}

} // namespace
} // namespace camwall::cli
