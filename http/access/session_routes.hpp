#pragma once

#include "http/access/access_control.hpp"
#include "http/file_responder.hpp"
#include "http/response.hpp"
#include "http/router.hpp"
#include "http/wall_services.hpp"

#include <vector>

namespace camwall::http {

/// Logging in and out, tokens and links: the paths for it, and what is answered to those who may
/// not do what they ask for.
class session_routes {
public:
  /// All must outlive it.
  session_routes(access_control& access, const wall_services& services,
                 const file_responder& files);

  std::vector<route> rows();

  /// To `x.who`, who may not do `wanted`: 401 when he could log in, else 403.
  response deny(const request& x, action wanted) const;

  /// The answer to a login that was not accepted.
  response refuse(const login_outcome& why) const;

  response refuse_plain_http() const;

private:
  response page(const request& x, const path_parameters& parameters) const;
  response page_file(const request& x, const path_parameters& parameters) const;
  response who_am_i(const request& x, const path_parameters& parameters) const;
  response log_in(const request& x, const path_parameters& parameters);
  response log_out(const request& x, const path_parameters& parameters);
  response list_tokens(const request& x, const path_parameters& parameters) const;
  response revoke_token(const request& x, const path_parameters& parameters);
  response make_link(const request& x, const path_parameters& parameters) const;
  response open_link(const request& x, const path_parameters& parameters) const;
  response void_links(const request& x, const path_parameters& parameters);

  access_control& access_;
  const wall_services& services_;
  const file_responder& files_;
};

} // namespace camwall::http
