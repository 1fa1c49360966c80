#include "cli/liveness.hpp"

#include <utility>

namespace camwall::cli {

liveness::liveness(std::vector<part> parts) {
  for (auto& x : parts)
    ask(parts_.emplace_back(asked_part{std::move(x), {}}));
}

std::vector<std::string> liveness::silent_parts() {
  std::vector<std::string> out;
  for (auto& x : parts_)
    if (x.pending.expired())
      ask(x);
    else
      out.push_back(x.what.name);
  return out;
}

void liveness::ask(asked_part& x) {
  auto fresh = std::make_shared<const char>('\0');
  x.pending = fresh;
  x.what.ask(std::move(fresh));
}

} // namespace camwall::cli
