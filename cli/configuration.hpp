#pragma once

#include "cli/camera_changes.hpp"
#include "config/camera_document.hpp"
#include "config/camera_files.hpp"
#include "config/config_error.hpp"
#include "config/difference.hpp"
#include "config/file_watcher.hpp"
#include "config/interpolation.hpp"
#include "config/schema.hpp"
#include "core/camera_catalogue.hpp"
#include "core/camera_prober.hpp"
#include "core/unique_fd.hpp"

#include <chrono>
#include <cstddef>
#include <deque>
#include <filesystem>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

namespace camwall::cli {

/// The configuration of a server that runs: reads the files again when they change or when somebody
/// wants it, takes what changed into force, and writes what the API changes.
///
/// All of it happens on one thread, one thing at a time. A change of a camera is: check it, look at
/// the camera if that is wanted (other work goes on meanwhile), write the file, read everything
/// again. What cannot be read changes nothing.
class configuration final : public camera_catalogue {
public:
  /// Changes of cameras, and reloads, that wait: what comes beyond is refused at once.
  static constexpr std::size_t waiting_max = 64;

  struct parts {
    std::filesystem::path file; ///< The main file.
    config::environment env;
    std::shared_ptr<const config::wall> first; ///< Read from `file`; in force already.
    camera_prober* prober = nullptr;           ///< Null: nobody looks at cameras.

    /// From now on this is in force. May block on a file; the four are called on our thread.
    std::function<void(const std::shared_ptr<const config::wall>&)> take;

    /// A camera that was removed or changed has ended; of its streams these are kept.
    std::function<void(const std::string& camera, const std::set<std::string>& kept)> clean;

    std::function<void(bool successful)> on_read;

    /// A limit was reached. Also called from threads that order something.
    std::function<void(std::string_view limit)> on_limit;
  };

  /// Cleans up after a killed predecessor; nothing runs before `start`.
  explicit configuration(parts x);

  ~configuration() override;

  configuration(const configuration&) = delete;
  configuration& operator=(const configuration&) = delete;

  void start();

  /// Ends the thread; what still waits is refused. Idempotent.
  void stop();

  std::shared_ptr<const configured_wall> cameras() const override;
  void apply(camera_change change, std::function<void(change_result)> done) override;
  void reload(std::function<void(reload_result)> done) override;
  std::shared_ptr<const reload_outcome> last_reload() const override;
  tl::expected<std::string, change_refusal> with_login_of(std::string_view id, std::string_view url,
                                                          std::string_view username) const override;

  /// The same, wanted by somebody else than the API: `signal`.
  void reload_for(std::string trigger, std::function<void(reload_result)> done);

  /// A camera that was removed or changed has ended. Any thread; does not block.
  void camera_ended(const std::string& id);

private:
  using clock = std::chrono::steady_clock;

  struct ordered_change {
    camera_change what;
    std::function<void(change_result)> done;
    bool probed = false;
  };
  struct ordered_reload {
    std::string trigger;
    std::function<void(reload_result)> done;
  };

  /// What others hand over to our thread. Outlives us for those that come too late.
  struct inbox {
    std::mutex mutex;
    unique_fd bell;
    std::deque<ordered_change> changes;
    std::vector<ordered_reload> reloads;
    std::set<std::string> ended;
    std::size_t changes_in_flight = 0; ///< Waiting, or being looked at.
    bool closed = false;

    void ring() const;
  };

  void run();
  void wait();
  void serve_changes();
  void serve(ordered_change x);
  void finish(const ordered_change& x, change_result result);
  change_result write(const ordered_change& x, const planned_change& plan);
  void serve_reloads();
  void clean_ended();
  void note_change();
  bool change_is_due();
  std::optional<clock::time_point> next_due() const;
  void watch_again();
  reload_result read_again(const std::string& trigger);
  reload_result take(config::wall newer, const std::string& trigger);
  reload_result complain(const std::vector<config::config_error>& errors,
                         const std::string& trigger);
  void write_into(const std::filesystem::path& folder);
  void remember(reload_outcome x);
  void publish_cameras();

  parts parts_;
  config::etag_key key_ = config::etag_key::random();
  config::camera_files files_;
  std::shared_ptr<inbox> inbox_ = std::make_shared<inbox>();

  // Below: our thread only.
  config::file_watcher watcher_;
  std::shared_ptr<const config::wall> in_force_;
  std::vector<std::string> told_to_wait_; ///< Keys for the next start that were told of.
  std::optional<clock::time_point> changed_first_;
  std::optional<clock::time_point> changed_last_;
  clock::time_point looked_{};
  bool told_of_polling_ = false;

  mutable std::mutex shown_mutex_;
  std::shared_ptr<const configured_wall> shown_;    // Guarded by shown_mutex_.
  std::shared_ptr<const config::wall> readable_;    // The same: in_force_ for other threads.
  std::shared_ptr<const reload_outcome> last_read_; // The same.

  std::thread thread_;
};

} // namespace camwall::cli
