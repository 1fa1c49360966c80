#pragma once

#include "config/camera_finder.hpp"
#include "config/schema.hpp"
#include "config/url.hpp"
#include "core/address_rule.hpp"
#include "core/adhoc_status.hpp"
#include "core/stream_name.hpp"
#include "http/principal.hpp"

#include <tl/expected.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace camwall::cli {

namespace adhoc_limits {

/// One that nobody watches stays so long at least: `POST /api/start/` comes before its viewer.
inline constexpr std::chrono::seconds unwatched_min{3};

/// How long a login that a camera refused is not tried again, whoever names it: cameras lock an
/// account after a few wrong passwords. `test_only.time_scale` divides it.
inline constexpr std::chrono::minutes login_hold{35};

/// Different logins at one host and port, in use or refused a while ago: who guesses passwords
/// through us gets no further. Each refused one is tried twice (reconnect_policy).
inline constexpr std::size_t logins_per_host_max = 2;

/// Logins that are held in all; of more, the oldest goes.
inline constexpr std::size_t logins_held_max = 256;
} // namespace adhoc_limits

/// Decides which cameras there are whose addresses clients name: one for each address, whoever
/// names it, from the first viewer until a while (`deadlines.linger`) after the last one. Knows
/// neither threads nor the time.
///
/// Whether an IP address is permitted is decided here; what a name means, only the worker knows,
/// which asks the same rule before it connects.
class adhoc_pool {
public:
  using time_point = std::chrono::steady_clock::time_point;
  using duration = time_point::duration;

  /// Whether the camera of this id refused its login when it was last tried.
  using login_check = std::function<bool(std::string_view id)>;

  adhoc_pool(std::shared_ptr<const config::wall> first, login_check refused);

  /// A client's share in a camera.
  struct share {
    stream_name stream;

    /// Nobody can guess it, programs that count in doubles keep it as it is, and none of the
    /// configured cameras has it.
    std::uint64_t number = 0;
  };

  /// Each share has to be given back.
  tl::expected<share, adhoc_refused> open(std::string_view url, http::role who, time_point now);
  std::optional<share> find(std::uint64_t number);
  void give_back(std::uint64_t number, time_point now);

  /// The configured cameras are these from now on. When `adhoc` differs, all that were permitted by
  /// the one before end.
  void configure(std::shared_ptr<const config::wall> newer, time_point now);

  /// Ends what nobody has watched for long enough.
  void end_unwatched(time_point now);

  /// When there will be something to end.
  std::optional<time_point> next_end() const;

  /// Takes no address any more.
  void close();

  /// The wall as configured, and our cameras after it.
  std::shared_ptr<const config::wall> compose();

  /// Whether `compose` would give something else than last time.
  bool changed() const noexcept {
    return changed_;
  }

  const std::shared_ptr<const config::wall>& configured() const noexcept {
    return configured_;
  }

  /// Without what only a snapshot of the wall knows.
  adhoc_status status(time_point now, wall_time wall_now) const;

private:
  /// What a camera lets in, or not.
  struct login {
    std::string host;
    std::uint16_t port = 0;
    bool has_user = false;
    std::string user;
    std::string password;

    friend bool operator==(const login&, const login&) = default;
  };

  struct entry {
    config::camera camera;
    adhoc_pool::login login;
    std::uint64_t number = 0;
    std::size_t shares = 0;
    time_point unwatched_since;
    time_point since;
  };

  struct held_login {
    adhoc_pool::login login;
    time_point until;
  };

  tl::expected<share, adhoc_refused> admit(std::string_view url, http::role who, time_point now);
  bool is_held(const login& x) const;
  bool is_refused(const login& x) const;
  bool is_one_too_many(const login& x) const;
  entry& begin(const config::camera_url& url, std::string complete, time_point now);
  entry* find_entry(std::string_view complete);
  void hold_if_refused(const entry& x, time_point now);
  void forget_logins(time_point now);
  void know_addresses();
  duration linger() const;
  static login login_of(const config::camera_url& url);
  static share lend(entry& x);

  std::shared_ptr<const config::wall> configured_;
  login_check login_refused_;
  address_rule rule_;
  std::vector<entry> entries_;
  std::vector<held_login> held_;                                    ///< The oldest first.
  config::camera_finder finder_{std::span<const config::camera>{}}; ///< Of `entries_`.
  std::uint64_t last_id_ = 0;
  adhoc_status counts_; ///< Of which only the counts are kept up.
  bool changed_ = false;
  bool closed_ = false;
};

} // namespace camwall::cli
