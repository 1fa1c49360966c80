#pragma once

#include "http/wall_services.hpp"

#include <chrono>
#include <string>
#include <string_view>
#include <vector>

namespace camwall::http {

/// Keeps what the transport tells.
class recording_observer final : public http_observer {
public:
  void on_request(std::string_view route, std::string_view method, int code,
                  std::chrono::nanoseconds) override {
    requests.push_back(std::string{route} + " " + std::string{method} + " " + std::to_string(code));
  }
  void on_limit(std::string_view limit) override {
    limits.emplace_back(limit);
  }
  void on_connections(int) override {
    // nop
  }
  std::vector<std::string> requests;
  std::vector<std::string> limits;
};

} // namespace camwall::http
