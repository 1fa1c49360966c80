#pragma once

#include "http/authorize.hpp"
#include "http/request.hpp"
#include "http/response.hpp"

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace camwall::http {

/// The named parts of a path: `:camera` in the pattern `/hls/:camera/index.m3u8`.
struct path_parameters {
  std::vector<std::pair<std::string, std::string>> values; ///< Name with its colon, decoded value.

  /// The empty string when the pattern has no such part.
  std::string_view get(std::string_view name) const noexcept;
};

using route_handler = std::function<response(const request&, const path_parameters&)>;

/// One row of the route table.
struct route {
  http::method method = http::method::get; ///< GET also answers HEAD.
  std::string_view pattern; ///< `:name` is one segment; a final `/*` is one to six segments.
  http::action action = http::action::view_page;
  route_handler handler;
};

/// The row among those of one pattern that answers this method: GET also answers HEAD. Null when
/// there is none.
const route* find_row(const std::vector<const route*>& rows, method asked) noexcept;

/// The value of `Allow` (RFC 9110 §10.2.1).
std::string allowed_methods(const std::vector<const route*>& rows);

/// Finds rows by path. The matching is that of Pistache's `Rest::Router`, whose way of answering
/// 404 and 405 by itself is left out.
class router {
public:
  /// Static storage behind the patterns. Throws std::invalid_argument when a pattern occurs twice
  /// for one method.
  explicit router(std::vector<route> table);
  ~router();
  router(const router&) = delete;
  router& operator=(const router&) = delete;

  const std::vector<route>& rows() const noexcept {
    return table_;
  }

  struct match {
    const std::vector<const route*>* rows =
      nullptr; ///< One for each method; null when no pattern fits.
    path_parameters parameters;
  };

  /// `path` is decoded and begins with a slash. Safe to call from several threads.
  match find(const std::string& path) const;

private:
  struct tree;

  std::vector<route> table_;
  std::unique_ptr<tree> tree_;
};

} // namespace camwall::http
