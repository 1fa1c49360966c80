#pragma once

#include "http/api/view_json.hpp"
#include "http/state_file.hpp"

#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <filesystem>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

namespace camwall::http {

struct view_limits {
  static constexpr std::size_t of_owner_max = 32; ///< Saved by one user.
  static constexpr std::size_t shared_max = 64;   ///< Saved for everybody.
  static constexpr std::size_t saved_max = 1024;  ///< Of all users.
  /// One user fills neither the file nor the room of the others. Bytes as they are in the file.
  static constexpr std::size_t of_owner_bytes_max = 128UL * 1024;
  static constexpr std::size_t shared_bytes_max = 1024UL * 1024;
  static constexpr std::size_t file_bytes_max = state_file_bytes_max;
  static constexpr std::size_t changes_max = 64; ///< That wait to be written.
};

/// The views of the configuration, and those that were saved. Reading never blocks; a change is in
/// force only after it is on the disk, which a thread of its own writes.
class view_store {
public:
  struct parts {
    std::filesystem::path file; ///< Empty: saved views are forgotten with the process.
    std::function<void(std::string_view limit)> on_limit = {};
    std::function<void(std::string_view text)> on_warning = {};
  };

  enum class outcome : std::uint8_t {
    done,
    replaced,
    not_found,
    read_only, ///< Of the configuration, or somebody else's.
    limit,
    busy,
    unwritable,
  };

  /// Called once, from the store's thread; or, when too much waits, before the call returns.
  using told = std::function<void(outcome)>;

  /// Reads the file. One that cannot be read is set aside with a warning.
  explicit view_store(parts x);

  /// What waits is written first.
  ~view_store();

  view_store(const view_store&) = delete;
  view_store& operator=(const view_store&) = delete;

  /// The views of the configuration from now on.
  void configure(std::vector<wall_view> views);

  /// What `owner` may see: the configuration's, then those for everybody, then his own. Of several
  /// with one name there is one: that of the configuration, else his own. Without an owner: who
  /// keeps none.
  std::vector<shown_view> views_of(std::optional<std::string_view> owner, bool may_share) const;

  /// Saves a view, or replaces that of the same name and owner, or for everybody. One for everybody
  /// takes the place of the owner's, too, which would hide it from him. `may_share`: the client may
  /// change what is for everybody.
  void put(saved_view x, bool may_share, told done);

  /// Removes the owner's view of this name; without one, that for everybody.
  void remove(std::string owner, std::string name, bool may_share, told done);

private:
  using saved_views = std::vector<saved_view>;
  using change = std::function<outcome(saved_views&)>;

  void load();
  void post(change what, told done);
  void run();
  outcome apply(const change& what);
  bool is_configured(std::string_view name) const;
  void limit_reached(std::string_view name) const;

  parts parts_;
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<wall_view> configured_; // Guarded by mutex_, as all below.
  std::shared_ptr<const saved_views> saved_ = std::make_shared<const saved_views>();
  std::deque<std::pair<change, told>> waiting_;
  bool quit_ = false;
  std::thread thread_;
};

} // namespace camwall::http
