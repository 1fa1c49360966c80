#include "tests/unit/config/config_fixture.hpp"

#include <gmock/gmock.h>
#include <sys/stat.h>

namespace camwall::config {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

TEST(webhooks_test, reads_a_receiver_and_fills_in_what_is_absent) {
  auto x = load_good("webhooks: [{name: office, url: 'https://alerts.example/camwall?t=1'}]\n");
  ASSERT_EQ(x.webhooks.size(), 1U);
  const auto& hook = x.webhooks[0];
  EXPECT_EQ(hook.name, "office");
  EXPECT_EQ(hook.url, "https://alerts.example/camwall?t=1");
  EXPECT_EQ(hook.secret, "");
  EXPECT_EQ(hook.ca_file, "");
  EXPECT_THAT(hook.events,
              ElementsAre(notice_event::down, notice_event::picture, notice_event::reload));
  EXPECT_THAT(hook.groups, IsEmpty());
  EXPECT_EQ(hook.after, seconds_f{30});
  EXPECT_TRUE(hook.resolved);
  EXPECT_THAT(x.warnings, IsEmpty());
}

TEST(webhooks_test, reads_all_that_is_written) {
  temporary_folder folder;
  auto secret = folder.write("secret", "0123456789abcdef\n");
  ASSERT_EQ(::chmod(secret.c_str(), 0600), 0);
  folder.write("ca.pem", "");
  auto x = load_good(
    "webhooks:\n  - {name: a, url: '${URL}', secret: !file secret, ca_file: ca.pem,"
    " events: [reload, down], groups: [yard, '']," // '' are those without one.
    " after: 0, resolved: false}\n",
    fixed_environment({{"URL", "http://[::1]:8080/x"}}), folder.path() / "wall.yaml");
  ASSERT_EQ(x.webhooks.size(), 1U);
  const auto& hook = x.webhooks[0];
  EXPECT_EQ(hook.url, "http://[::1]:8080/x");
  EXPECT_EQ(hook.secret, "0123456789abcdef");
  EXPECT_EQ(hook.ca_file, folder.path() / "ca.pem");
  EXPECT_THAT(hook.events, ElementsAre(notice_event::reload, notice_event::down));
  EXPECT_THAT(hook.groups, ElementsAre("yard", ""));
  EXPECT_EQ(hook.after, seconds_f{0});
  EXPECT_FALSE(hook.resolved);
  EXPECT_THAT(x.warnings, IsEmpty());
}

TEST(webhooks_test, warns_of_plain_http_and_of_certificates_that_are_not_there) {
  auto x = load_good(
    "webhooks:\n  - {name: a, url: 'http://alerts.example/tok', ca_file: no.pem}\n"
    "  - {name: b, url: 'http://localhost/'}\n  - {name: c, url: 'http://127.0.0.1:99'}\n");
  EXPECT_THAT(
    x.warnings,
    ElementsAre(
      "/etc/camwall/wall.yaml:2:20: webhooks[0].url: is http: on the way, others can read "
      "what is sent",
      "/etc/camwall/wall.yaml:2:58: webhooks[0].ca_file: does not exist (yet)"));
}

TEST(webhooks_test, refuses_what_is_no_address_and_shows_nothing_of_it) {
  for (std::string bad :
       {"ftp://a/SECRET", "https:/a/SECRET", "https://", "https", "http:", "alerts.example/SECRET",
        "https:///SECRET", "https://a b/SECRET", "https://a:0/SECRET", "https://a:99999/SECRET",
        "https://a:x/SECRET", "https://[::1/SECRET", "https://[SECRET]/", "https://::1/SECRET",
        "https://a/SECRET#x", "https://u:SECRET@/", "https://a/SECRET`", "https://ä/SECRET"}) {
    auto said = errors_of("webhooks: [{name: a, url: '" + bad + "'}]\n");
    EXPECT_THAT(said, HasSubstr("webhooks[0].url: is not an address such as")) << bad;
    EXPECT_THAT(said, Not(HasSubstr("SECRET"))) << bad;
  }
  for (std::string good : {"HTTPS://A.example", "https://u:p@a:1/x?y=z&b=%20", "http://10.0.0.7/"})
    EXPECT_EQ(errors_of("webhooks: [{name: a, url: '" + good + "'}]\n"), "good\n") << good;
}

class bad_webhooks_test : public testing::TestWithParam<bad_case> {};

TEST_P(bad_webhooks_test, is_refused_with_its_place) {
  EXPECT_EQ(errors_of(GetParam().text), GetParam().errors);
}

std::string nine_hooks() {
  std::string out = "webhooks:\n";
  for (char c = 'a'; c <= 'i'; ++c)
    out += std::string{"  - {name: "} + c + ", url: 'https://a/'}\n";
  return out;
}

const std::vector<bad_case> cases{
  {"no_list", "webhooks: {name: a}\n",
   "wall.yaml:1:11: webhooks: expected a list, found a mapping\n"},
  {"nothing_said", "webhooks: [{}]\n",
   "wall.yaml:1:12: webhooks[0].name: is missing\n"
   "wall.yaml:1:12: webhooks[0].url: is missing\n"},
  {"name", "webhooks: [{name: 'The Office', url: 'https://a/'}]\n",
   "wall.yaml:1:19: webhooks[0].name: \"The Office\" is not a name of a-z, 0-9, _ and -\n"},
  {"same_name", "webhooks:\n  - {name: a, url: 'https://a/'}\n  - {name: a, url: 'https://b/'}\n",
   "wall.yaml:3:12: webhooks[1].name: \"a\" is the name of another webhook, too\n"},
  {"short_secret", "webhooks: [{name: a, url: 'https://a/', secret: short}]\n",
   "wall.yaml:1:49: webhooks[0].secret: is shorter than 16 bytes\n"},
  {"event", "webhooks: [{name: a, url: 'https://a/', events: [up]}]\n",
   "wall.yaml:1:50: webhooks[0].events[0]: \"up\" is not one of down, picture, reload\n"},
  {"no_event", "webhooks: [{name: a, url: 'https://a/', events: []}]\n",
   "wall.yaml:1:49: webhooks[0].events: names none of down, picture, reload\n"},
  {"command", "webhooks: [{name: a, url: 'https://a/', command: reboot}]\n",
   "wall.yaml:1:41: webhooks[0]: unknown key \"command\"\n"},
  {"too_many", nine_hooks(), "wall.yaml:10:5: webhooks[8]: more than 8 entries\n"},
};

INSTANTIATE_TEST_SUITE_P(all, bad_webhooks_test, testing::ValuesIn(cases), case_name);

} // namespace
} // namespace camwall::config
