#include "cli/doctor_text.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>

namespace camwall::cli {

verdict worst_of(const std::vector<finding>& x) noexcept {
  auto out = verdict::ok;
  for (const auto& one : x)
    out = std::max(out, one.verdict);
  return out;
}

std::string findings_as_text(const std::vector<finding>& x) {
  auto count = [&x](verdict of) {
    return std::count_if(x.begin(), x.end(), [of](const auto& one) { return one.verdict == of; });
  };
  std::string out;
  for (const auto& one : x) {
    out += fmt::format("{:<5} {:<14} {}\n", to_string(one.verdict), one.check, one.detail);
    if (!one.mend.empty())
      out += fmt::format("{:20} → {}\n", "", one.mend);
  }
  return out + fmt::format("{} ok, {} to look at, {} to mend\n", count(verdict::ok),
                           count(verdict::warn), count(verdict::bad));
}

std::string findings_as_json(const std::vector<finding>& x) {
  using json = nlohmann::ordered_json;
  auto list = json::array();
  for (const auto& one : x)
    list.push_back({{"check", one.check},
                    {"verdict", to_string(one.verdict)},
                    {"detail", one.detail},
                    {"mend", one.mend.empty() ? json(nullptr) : json(one.mend)}});
  json out{{"verdict", to_string(worst_of(x))}, {"findings", std::move(list)}};
  return out.dump(-1, ' ', false, json::error_handler_t::replace) + "\n";
}

} // namespace camwall::cli
