#pragma once

#include "config/schema.hpp"
#include "http/access/access_control.hpp"
#include "http/access/settings.hpp"
#include "metrics/exporter.hpp"

namespace camwall::cli {

/// What the configuration says of users and browsers, as HTTP knows it.
http::access_settings access_settings_of(const config::wall& x);

/// Never `none`.
http::role role_of(config::compat_role x);

/// Passes on to metrics and log what becomes of logins.
class access_to_metrics final : public http::access_observer {
public:
  explicit access_to_metrics(metrics::http_metrics& x) : metrics_(x) {
    // nop
  }
  void on_login(std::string_view result) override;
  void on_limit(std::string_view limit) override;
  void on_sessions(std::size_t n) override;
  void on_warning(std::string_view text) override;

private:
  metrics::http_metrics& metrics_;
};

} // namespace camwall::cli
