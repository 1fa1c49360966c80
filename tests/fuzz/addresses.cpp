/// Short texts that name places: addresses of cameras, paths, queries, IP ranges, Host, Range.
/// Every parser gets the whole input.

#include "config/camera_finder.hpp"
#include "config/interpolation.hpp"
#include "config/url.hpp"
#include "core/address_rule.hpp"
#include "core/redact.hpp"
#include "http/access/login_form.hpp"
#include "http/byte_range.hpp"
#include "http/host_check.hpp"
#include "http/uri.hpp"
#include "tests/fuzz/fuzz_input.hpp"

#include <array>
#include <limits>
#include <string>

namespace camwall {
namespace {

using fuzz::must;

void check_camera_url(std::string_view text) {
  auto url = config::parse_camera_url(text);
  if (!url) {
    must(!url.error().empty(), "a refusal without a reason");
    return;
  }
  must(!url->host.empty() && url->port != 0, "an address without a host");
  auto built = config::build_camera_url(*url, url->user, url->password);
  auto again = config::parse_camera_url(built);
  must(again || built.size() > config::url_bytes_max, "an address that is not read again");
  if (!again)
    return;
  must(again->user == url->user && again->password == url->password && again->host == url->host &&
         again->port == url->port && again->rest == url->rest,
       "an address that means another thing when it is read again");
  if (url->password.size() >= 3) {
    auto hidden = redact("cannot open " + built + ": refused");
    must(hidden.starts_with("cannot open rtsp://***@"), "a password that is not hidden");
  }
  config::camera camera;
  camera.id = "a";
  camera.url = built;
  must(config::camera_finder{std::array{camera}}.find(built).has_value(),
       "a camera that is not found by its own address");
}

void check_finder(std::string_view text) {
  static const config::camera_finder finder = [] {
    config::camera x;
    x.id = "a";
    x.url = "rtsp://us%40er:p%2Fw@cam:8554/main?a=b";
    x.sub_url = "rtsp://[2001:db8::7]/sub";
    return config::camera_finder{std::array{x}};
  }();
  finder.find(text);
}

void check_paths(std::string_view text) {
  if (auto path = http::decode_path(text))
    must(path->starts_with('/') && (*path + '/').find("/../") == std::string::npos &&
           !fuzz::holds_control(*path),
         "a path that leads elsewhere");
  if (auto value = http::decode_query(text, 64))
    must(value->size() <= 64 && !fuzz::holds_control(*value), "a value that is none");
  must(http::form_decode(http::query_encode(text)) == text, "a value that comes back changed");
  auto local = http::local_path(text);
  must(local.starts_with('/') && !local.starts_with("//") && !local.starts_with("/\\"),
       "a way to another host");
  if (auto number = http::parse_number(text))
    must(text.size() <= 9 && *number <= 999'999'999, "a number that is none");
}

void check_ip(std::string_view text) {
  if (auto ip = parse_ip_address(text)) {
    must(ip_range{*ip, 128}.contains(*ip), "an address that is not itself");
    is_delicate(*ip);
    must(config::is_ip_address(text), "an address to one and not to the other");
  }
  if (auto range = parse_ip_range(text))
    must(range->prefix_bits <= 128 && range->contains(range->first), "a range without its first");
  if (auto peers = parse_permitted_peers(text)) {
    must(!peers->range.is_everybody(), "a rule that lets in everybody");
    address_rule{{*peers}}.permits(peers->range.first, peers->port);
  }
  config::is_loopback(text);
}

void check_fields(std::string_view text) {
  for (auto total :
       {std::uint64_t{0}, std::uint64_t{1000}, std::numeric_limits<std::uint64_t>::max()}) {
    auto range = http::parse_range(text, total);
    must(range.what != http::byte_range::kind::part ||
           (range.size > 0 && range.offset < total && range.size <= total - range.offset),
         "a range beyond the file");
  }
  http::matches_etag(text, "\"etag\"");
  auto host = http::host_name(text);
  must(!text.starts_with('[') || host.empty() || config::is_ip_address(host),
       "a host in brackets that is no address");
}

void check_texts(std::string_view text) {
  auto env = [](const std::string& name) {
    return name == "A" ? std::optional<std::string>{"${B}"} : std::nullopt;
  };
  if (auto out = config::interpolate(text, env))
    must(out->size() <= config::interpolated_bytes_max, "a text that grew beyond its limit");
  must(redact_secret(text, "hunter22").find("hunter22") == std::string::npos, "a secret in a text");
  redact(text);
}

} // namespace
} // namespace camwall

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace camwall;
  fuzz::input in{data, size};
  auto text = in.rest();
  check_camera_url(text);
  check_finder(text);
  check_paths(text);
  check_ip(text);
  check_fields(text);
  check_texts(text);
  return 0;
}
