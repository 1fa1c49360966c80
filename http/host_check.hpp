#pragma once

#include "core/name_list.hpp"

#include <string>
#include <string_view>

namespace camwall::http {

/// A `Host` value without its port (RFC 9110 §7.2); brackets of an IPv6 address removed. Empty when
/// it is malformed; brackets around anything but an IPv6 address are.
std::string_view host_name(std::string_view host) noexcept;

/// The names under which this server lets itself be addressed. A page of another origin whose name
/// is made to resolve to this machine (DNS rebinding) is told apart from ours by its `Host` alone.
class host_check {
public:
  /// `address` is what the server listens on; a wildcard (`0.0.0.0`, `::`) admits every IP literal,
  /// because rebinding needs a name. `names` are those of `server.hosts`, with or without a port;
  /// they may be exchanged at any time.
  host_check(std::string_view address, name_list names);

  bool allows(std::string_view host) const noexcept;

private:
  std::string address_;
  name_list names_;
  bool any_literal_ = false;
};

} // namespace camwall::http
