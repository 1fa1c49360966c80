#pragma once

#include <algorithm>
#include <initializer_list>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace camwall {

/// A list of names that may be exchanged while others read it. Copies share it; any thread.
class name_list {
public:
  using names = std::vector<std::string>;

  name_list() : name_list(names{}) {
    // nop
  }
  name_list(std::initializer_list<std::string> x) : name_list(names(x)) {
    // nop
  }
  // NOLINTNEXTLINE(google-explicit-constructor): a list like any other.
  name_list(names x) : cell_(std::make_shared<cell>()) {
    cell_->value = std::make_shared<const names>(std::move(x));
  }

  /// Never null.
  std::shared_ptr<const names> load() const {
    std::lock_guard guard{cell_->mutex};
    return cell_->value;
  }

  bool contains(std::string_view x) const {
    auto all = load();
    return std::find(all->begin(), all->end(), x) != all->end();
  }

  /// For all copies.
  void exchange(names x) {
    auto fresh = std::make_shared<const names>(std::move(x));
    std::lock_guard guard{cell_->mutex};
    cell_->value.swap(fresh);
  }

private:
  struct cell {
    std::mutex mutex;
    std::shared_ptr<const names> value;
  };

  std::shared_ptr<cell> cell_;
};

} // namespace camwall
