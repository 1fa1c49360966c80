#include "tests/unit/config/config_fixture.hpp"

namespace camwall::config {
namespace {

class bad_section_test : public testing::TestWithParam<bad_case> {};

TEST_P(bad_section_test, is_refused_with_its_place) {
  EXPECT_EQ(errors_of(GetParam().text), GetParam().errors);
}

const std::vector<bad_case> keys{
  {"unknown_section", "servre:\n  listen: \":1\"\n",
   "wall.yaml:1:1: unknown key \"servre\"; did you mean \"server\"?\n"},
  {"unknown_key", "hls:\n  windows: 6\n",
   "wall.yaml:2:3: hls: unknown key \"windows\"; did you mean \"window\"?\n"},
  {"key_of_another_section", "segment_seconds: 2\n",
   "wall.yaml:1:1: unknown key \"segment_seconds\"; it belongs below \"hls\"\n"},
  {"key_like_no_other", "hls:\n  zebra: 6\n", "wall.yaml:2:3: hls: unknown key \"zebra\"\n"},
  {"merge_key", "x: &x {a: 1}\nhls:\n  <<: *x\n",
   "wall.yaml:1:1: unknown key \"x\"\n"
   "wall.yaml:3:3: hls: unknown key \"<<\"; merging is not supported, defaults: holds for all "
   "cameras\n"},
  {"duplicate_section", "log: {}\nhls: {}\nlog: {}\n",
   "wall.yaml:3:1: log: is given twice; first on line 1\n"},
  {"duplicate_key", "log:\n  level: info\n  level: debug\n",
   "wall.yaml:3:3: log.level: is given twice; first on line 2\n"},
  {"key_that_is_a_list", "log:\n  ? [a]\n  : b\n", "wall.yaml:2:5: log: a key must be text\n"},
  {"section_that_is_text", "log: loud\n",
   "wall.yaml:1:6: log: expected a mapping (lines of key: value), found text\n"},
  {"section_that_is_a_list", "log:\n  - level\n",
   "wall.yaml:2:3: log: expected a mapping (lines of key: value), found a list\n"},
  {"value_that_is_a_list", "log:\n  level: [info]\n",
   "wall.yaml:2:10: log.level: expected text, found a list\n"},
  {"value_that_is_a_mapping", "state_dir:\n  path: x\n",
   "wall.yaml:2:3: state_dir: expected text, found a mapping\n"},
  {"value_that_is_absent", "log:\n  level:\n  format: json\n",
   "wall.yaml:2:3: log.level: has no value\n"},
  {"value_that_is_null", "log:\n  level: ~\n", "wall.yaml:2:3: log.level: has no value\n"},
  {"list_that_is_text", "server:\n  hosts: wall.local\n",
   "wall.yaml:2:10: server.hosts: expected a list, found text\n"},
  {"unknown_tag", "log:\n  level: !env LEVEL\n",
   "wall.yaml:2:10: log.level: unknown tag \"!env\"; only !file is known\n"},
  {"file_for_no_secret", "log:\n  level: !file level.txt\n",
   "wall.yaml:2:10: log.level: !file is only for url, sub_url, username, password, "
   "password_hash and a token's hash\n"},
  {"undefined_variable", "log:\n  level: ${NOT_SET}\n",
   "wall.yaml:2:10: log.level: the variable NOT_SET is not set (environment, secrets_file, .env); "
   "${NOT_SET:-default} "
   "gives a default\n"},
  {"wrong_value_of_a_variable", "log:\n  level: ${LEVEL}\n",
   "wall.yaml:2:10: log.level: \"${LEVEL}\" is not one of trace, debug, info, warn, error, "
   "critical, off\n"},
  {"open_variable", "state_dir: ${HOME\n",
   "wall.yaml:1:12: state_dir: a ${ has no }; write $${ for a literal ${\n"},
  {"columns_count_characters", "log: {format: \"\xc3\xa4\xf0\x9f\x93\xb7\", level: x}\n",
   "wall.yaml:1:15: log.format: \"\xc3\xa4\xf0\x9f\x93\xb7\" is not one of text, json\n"
   "wall.yaml:1:28: log.level: \"x\" is not one of trace, debug, info, warn, error, critical, "
   "off\n"},
  {"windows_line_ends", "log:\r\n  level: x\r\n",
   "wall.yaml:2:10: log.level: \"x\" is not one of trace, debug, info, warn, error, critical, "
   "off\n"},
};

const std::string bad_listen =
  " is not an address and port such as 127.0.0.1:8080, [::1]:8080 or "
  ":8080 (all addresses)\n";
const std::string not_loopback =
  " is not a loopback address: whoever reaches it could watch every "
  "camera; configure users, or if that is meant, write server.access: open\n";

const std::vector<bad_case> values{
  {"listen_without_port", "server:\n  listen: 127.0.0.1\n",
   "wall.yaml:2:11: server.listen: \"127.0.0.1\"" + bad_listen},
  {"listen_port_alone", "server: {listen: 8080}\n",
   "wall.yaml:1:18: server.listen: \"8080\"" + bad_listen},
  {"listen_port_too_large", "server: {listen: \"127.0.0.1:65536\"}\n",
   "wall.yaml:1:18: server.listen: \"127.0.0.1:65536\"" + bad_listen},
  {"listen_without_brackets", "server: {listen: \"::1:80\"}\n",
   "wall.yaml:1:18: server.listen: \"::1:80\"" + bad_listen},
  {"listen_name", "server: {listen: \"wall.local:80\"}\n",
   "wall.yaml:1:18: server.listen: \"wall.local:80\"" + bad_listen},
  {"listen_off_loopback", "server:\n  listen: 192.168.1.5:8080\n",
   "wall.yaml:2:11: server.listen: \"192.168.1.5:8080\"" + not_loopback},
  {"listen_everywhere", "server:\n  listen: \":8080\"\n",
   "wall.yaml:2:11: server.listen: \":8080\"" + not_loopback},
  {"listen_everywhere_ipv6", "server:\n  listen: \"[::]:8080\"\n",
   "wall.yaml:2:11: server.listen: \"[::]:8080\"" + not_loopback},
  {"access", "server: {access: everybody}\n",
   "wall.yaml:1:18: server.access: \"everybody\" is not one of loopback, users, open\n"},
  {"host_with_port", "server: {hosts: [wall.local, \"wall:80\"]}\n",
   "wall.yaml:1:30: server.hosts[1]: \"wall:80\" is not a host name or an IP address (write no "
   "port)\n"},
  {"container", "hls: {container: mp4}\n",
   "wall.yaml:1:18: hls.container: \"mp4\" is not one of fmp4, mpegts\n"},
  {"segment_too_short", "hls: {segment_seconds: 0.5}\n",
   "wall.yaml:1:24: hls.segment_seconds: \"0.5\" is not a number from 1 to 10\n"},
  {"segment_nan", "hls: {segment_seconds: nan}\n",
   "wall.yaml:1:24: hls.segment_seconds: \"nan\" is not a number from 1 to 10\n"},
  {"window_too_large", "hls: {window: 61}\n",
   "wall.yaml:1:15: hls.window: \"61\" is not a whole number from 3 to 60\n"},
  {"window_not_whole", "hls: {window: 6.5}\n",
   "wall.yaml:1:15: hls.window: \"6.5\" is not a whole number from 3 to 60\n"},
  {"grace_negative", "hls: {grace: -1}\n",
   "wall.yaml:1:14: hls.grace: \"-1\" is not a whole number from 0 to 60\n"},
  {"directory_empty", "hls: {directory: ''}\n", "wall.yaml:1:18: hls.directory: is empty\n"},
  {"directory_root", "hls: {directory: /}\nstate_dir: /var/x\n",
   "wall.yaml:1:18: hls.directory: must not be the root of the file system: its content is "
   "deleted\n"
   "wall.yaml:2:12: state_dir: must not be, hold or lie in hls.directory, whose content is "
   "deleted\n"},
  {"state_in_output", "hls: {directory: out}\nstate_dir: out/state\n",
   "wall.yaml:2:12: state_dir: must not be, hold or lie in hls.directory, whose content is "
   "deleted\n"},
  {"deadline_unit", "deadlines: {open: 10h}\n",
   "wall.yaml:1:19: deadlines.open: \"10h\" is not a duration from 1s to 120s (write 10s, 500ms or "
   "plain seconds)\n"},
  {"deadline_too_short", "deadlines: {access_unit: 50ms}\n",
   "wall.yaml:1:26: deadlines.access_unit: \"50ms\" is not a duration from 200ms to 60s (write "
   "10s, "
   "500ms or plain seconds)\n"},
  {"deadline_too_long", "deadlines: {linger: 3601}\n",
   "wall.yaml:1:21: deadlines.linger: \"3601\" is not a duration from 0s to 3600s (write 10s, "
   "500ms "
   "or plain seconds)\n"},
  {"limit_zero", "limits: {cameras_max: 0}\n",
   "wall.yaml:1:23: limits.cameras_max: \"0\" is not a whole number from 1 to 1024\n"},
  {"limit_word", "limits: {worker_memory_mb: 512MB}\n",
   "wall.yaml:1:28: limits.worker_memory_mb: \"512MB\" is not a whole number from 64 to 8192\n"},
  {"part_larger_than_whole",
   "limits:\n  connections_max: 100\n  connections_per_address_max: 101\n",
   "wall.yaml:3:32: limits.connections_per_address_max: must not be larger than "
   "limits.connections_max (100)\n"},
  {"log_format", "log: {format: xml}\n",
   "wall.yaml:1:15: log.format: \"xml\" is not one of text, json\n"},
  {"time_scale", "test_only: {time_scale: 0}\n",
   "wall.yaml:1:25: test_only.time_scale: \"0\" is not a number from 0.01 to 1000\n"},
};

INSTANTIATE_TEST_SUITE_P(keys, bad_section_test, testing::ValuesIn(keys), case_name);
INSTANTIATE_TEST_SUITE_P(values, bad_section_test, testing::ValuesIn(values), case_name);

} // namespace
} // namespace camwall::config
