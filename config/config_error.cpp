#include "config/config_error.hpp"

#include <algorithm>
#include <string_view>
#include <tuple>

namespace camwall::config {

std::string to_string(const config_error& x) {
  std::string out = x.file;
  if (x.line > 0)
    out += ":" + std::to_string(x.line) + ":" + std::to_string(x.column);
  out += ": ";
  if (!x.path.empty())
    out += x.path + ": ";
  return out + x.message;
}

void finish(std::vector<config_error>& errors, const std::string& first_file) {
  auto key = [&](const config_error& x) {
    return std::tuple{x.file != first_file, std::string_view{x.file}, x.line, x.column};
  };
  std::stable_sort(errors.begin(), errors.end(),
                   [&](const config_error& a, const config_error& b) { return key(a) < key(b); });
  if (errors.size() <= errors_max)
    return;
  auto surplus = errors.size() - errors_max;
  errors.resize(errors_max);
  auto last = errors.back();
  last.path.clear();
  last.message = "and " + std::to_string(surplus) + " more errors after this line";
  errors.push_back(std::move(last));
}

} // namespace camwall::config
