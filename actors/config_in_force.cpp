#include "actors/config_in_force.hpp"

#include "config/difference.hpp"

#include <algorithm>
#include <utility>

namespace camwall {

config_in_force::config_in_force(std::shared_ptr<const config::wall> first)
  : cell_(std::make_shared<cell>()) {
  auto plan = std::make_shared<wall_plan>();
  for (const auto& x : first->cameras)
    plan->lives[x.id] = ++cell_->last_life;
  plan->config = std::move(first);
  cell_->value = std::move(plan);
}

std::shared_ptr<const wall_plan> config_in_force::plan() const {
  std::lock_guard guard{cell_->mutex};
  return cell_->value;
}

void config_in_force::take(std::shared_ptr<const config::wall> newer) {
  auto before = plan();
  auto changes = config::compare(*before->config, *newer);
  auto plan = std::make_shared<wall_plan>(*before);
  plan->config = std::move(newer);
  for (const auto& id : changes.removed)
    plan->lives.erase(id);
  std::lock_guard guard{cell_->mutex};
  for (const auto* all : {&changes.added, &changes.restarted})
    for (const auto& id : *all)
      plan->lives[id] = ++cell_->last_life;
  cell_->value = std::move(plan);
}

} // namespace camwall
