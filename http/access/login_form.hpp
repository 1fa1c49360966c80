#pragma once

#include "http/request.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace camwall::http {

/// What somebody who logs in sends, as JSON or as a form of HTML.
struct login_form {
  std::string user;
  std::string password;
  std::string next = "/"; ///< Where a form leads to; a path of ours, `/` unless it is one.
  bool remember = false;
  bool is_page = false; ///< A form: the answer leads on, to a page.
};

/// Empty when the body is neither, is too long, or lacks a name or a password.
std::optional<login_form> parse_login(const request& x);

/// `text` when it is a path here and cannot be taken for the address of another host; else `/`.
std::string_view local_path(std::string_view text) noexcept;

/// Decodes `%XX` and `+` (application/x-www-form-urlencoded).
std::string form_decode(std::string_view text);

/// The reverse, for a value in a query.
std::string query_encode(std::string_view text);

} // namespace camwall::http
