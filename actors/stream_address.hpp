#pragma once

#include <string>
#include <string_view>

namespace camwall {

/// What the connect gate tells streams apart by. The address is one that the configuration took.

/// Host and port of `rtsp://user@host:port/…`, 554 when none is named.
std::string host_and_port(std::string_view url);

/// `user:password@host:port` of an address; empty when no user is named.
std::string login_of(std::string_view url);

} // namespace camwall
