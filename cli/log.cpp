#include "cli/log.hpp"

#include "core/rfc3339.hpp"

#include <nlohmann/json.hpp>
#include <spdlog/formatter.h>
#include <spdlog/sinks/stdout_color_sinks.h>
#include <spdlog/spdlog.h>

#include <memory>
#include <string>

namespace camwall::cli {

namespace {

/// spdlog's patterns do not escape: a camera's words could forge a field.
class json_lines final : public spdlog::formatter {
public:
  void format(const spdlog::details::log_msg& msg, spdlog::memory_buf_t& out) override {
    nlohmann::ordered_json line = {
      {"time", rfc3339(std::chrono::time_point_cast<wall_time::duration>(msg.time))},
      {"level", std::string{spdlog::level::to_string_view(msg.level).data()}},
      {"message", std::string{msg.payload.data(), msg.payload.size()}}};
    auto text = line.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace) + '\n';
    out.append(text.data(), text.data() + text.size());
  }

  std::unique_ptr<spdlog::formatter> clone() const override {
    return std::make_unique<json_lines>();
  }
};

} // namespace

void set_up_log(const config::logging& x) {
  auto logger = spdlog::stderr_color_mt("camwall");
  if (x.format == config::log_format::json)
    logger->set_formatter(std::make_unique<json_lines>());
  else
    logger->set_pattern("%Y-%m-%dT%H:%M:%S.%e%z %^%l%$ %v");
  logger->set_level(spdlog::level::from_str(x.level));
  spdlog::set_default_logger(std::move(logger));
}

} // namespace camwall::cli
