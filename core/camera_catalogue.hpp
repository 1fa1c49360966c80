#pragma once

#include "core/rfc3339.hpp"

#include <tl/expected.hpp>

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace camwall {

/// A camera as it is configured, apart from how it fares.
struct configured_camera {
  std::string id;

  /// A JSON object: the keys of docs/reference/configuration.md (a user name and password of their
  /// own, never within the address), every secret as `***`, with `source` and `read_only`.
  std::string json;

  std::string etag;   ///< Opaque, without quotes; another one whenever `json` or a secret changes.
  std::string source; ///< `wall.yaml:14`.
  bool read_only = false; ///< Only cameras that were made through the API can be changed there.

  friend bool operator==(const configured_camera&, const configured_camera&) = default;
};

/// The cameras of one state of the configuration. Never changed after it was published.
struct configured_wall {
  std::vector<configured_camera> cameras; ///< In their order on the wall.
  std::uint64_t generation = 0;           ///< Rises with each state that came into force.

  const configured_camera* find(std::string_view id) const noexcept {
    for (const auto& x : cameras)
      if (x.id == id)
        return &x;
    return nullptr;
  }
};

/// Why a change, or a reload, was refused. Nothing has changed then.
struct change_refusal {
  enum class kind : std::uint8_t {
    invalid,     ///< The settings are wrong: `faults` says where.
    not_found,   ///< No such camera.
    exists,      ///< The id is taken.
    read_only,   ///< Configured in a file that is not the API's.
    stale,       ///< `if_match` names an older state.
    limit,       ///< One of `limits` is reached.
    unreachable, ///< The camera was probed and gives no picture.
    unavailable, ///< The files cannot be written now, or too many changes wait.
  };
  struct fault {
    std::string where; ///< A JSON pointer (RFC 6901) into the body, or `file:line:column`.
    std::string what;  ///< One sentence; holds no secret.
  };
  kind what = kind::invalid;
  std::string code;   ///< A stable word for programs: `camera_read_only`, `probe_auth`, …
  std::string detail; ///< One sentence for people: what is wrong and what to do.
  std::vector<fault> faults;
};

inline change_refusal no_such_camera() {
  return {.what = change_refusal::kind::not_found,
          .code = "camera_not_found",
          .detail = "There is no camera with this id."};
}

/// One change of one camera, as somebody ordered it over the API.
struct camera_change {
  enum class kind : std::uint8_t {
    create,  ///< `body` holds all settings, `id` included.
    replace, ///< `body` holds all settings; what is left out takes its default.
    patch,   ///< `body` holds what is to differ (RFC 7396: null removes).
    remove,
  };
  kind what = kind::create;
  std::string id;                      ///< Empty for `create`.
  std::string body;                    ///< JSON; a secret that is `***` means "as it is".
  std::optional<std::string> if_match; ///< Only when this is still the camera's etag.
  bool probe = true;                   ///< Look whether the camera gives a picture first.
  std::string who;                     ///< For the log: the user's name.
};

/// What came of a reload.
struct reload_report {
  std::vector<std::string> added; ///< Ids.
  std::vector<std::string> changed;
  std::vector<std::string> removed;
  std::vector<std::string> warnings;
};

/// How the last reload went, whoever ordered it. Never changed after it was published.
struct reload_outcome {
  wall_time at;
  bool successful = true;
  reload_report report; ///< Of one that was.
  change_refusal why;   ///< Of one that was not.
};

/// The configured cameras, for reading and changing while the server runs. The files are the
/// truth: a change is in force only after it is on the disk.
class camera_catalogue {
public:
  using change_result = tl::expected<configured_camera, change_refusal>;
  using reload_result = tl::expected<reload_report, change_refusal>;

  virtual ~camera_catalogue() = default;

  /// What is in force. Never null; from any thread, never blocks.
  virtual std::shared_ptr<const configured_wall> cameras() const = 0;

  /// Orders a change; from any thread, never blocks. `done` is called once, from a thread of the
  /// catalogue, after the change is on the disk and was told to the supervision tree; it must not
  /// block. Of `remove` the result is the camera as it was.
  virtual void apply(camera_change change, std::function<void(change_result)> done) = 0;

  /// Null before the first reload; from any thread, never blocks. Another pointer after each.
  virtual std::shared_ptr<const reload_outcome> last_reload() const {
    return nullptr;
  }

  /// Reads the files again. As `apply`.
  virtual void reload(std::function<void(reload_result)> done) = 0;

  /// `url`, which names no login, with that of the camera `id`: so that somebody who is never told
  /// a password can have it tried. Refused unless the address has host and port of one that the
  /// camera is configured with, as the password is sent there. `username`, unless empty, takes the
  /// place of the camera's. The result is a secret. Any thread, never blocks.
  virtual tl::expected<std::string, change_refusal> with_login_of(
    std::string_view id, std::string_view url, std::string_view username) const = 0;
};

} // namespace camwall
