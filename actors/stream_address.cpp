#include "actors/stream_address.hpp"

namespace camwall {

namespace {

/// What stands between `rtsp://` and the path.
std::string_view authority_of(std::string_view url) {
  auto begin = url.find("://");
  url.remove_prefix(begin == std::string_view::npos ? 0 : begin + 3);
  return url.substr(0, url.find('/'));
}

} // namespace

std::string host_and_port(std::string_view url) {
  auto host = authority_of(url);
  if (auto at = host.rfind('@'); at != std::string_view::npos)
    host.remove_prefix(at + 1);
  auto has_port = host.rfind(':') != std::string_view::npos && !host.ends_with(']');
  return std::string{host} + (has_port ? "" : ":554");
}

std::string login_of(std::string_view url) {
  auto authority = authority_of(url);
  auto at = authority.rfind('@');
  return at == std::string_view::npos
           ? std::string{}
           : std::string{authority.substr(0, at + 1)} + host_and_port(url);
}

} // namespace camwall
