#pragma once

#include "http/access/access_state.hpp"
#include "http/access/access_thread.hpp"
#include "http/access/login_throttle.hpp"
#include "http/access/rate_limit.hpp"
#include "http/access/roster.hpp"
#include "http/authorize.hpp"
#include "http/request.hpp"

#include <chrono>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace camwall::http {

/// Gets told what becomes of logins, for the metrics. Any thread.
class access_observer {
public:
  virtual ~access_observer() = default;

  /// `accepted`, `refused`, `throttled` or `busy`.
  virtual void on_login(std::string_view /*result*/) {
    // nop
  }

  /// `login_queue`, `sessions`, `requests`.
  virtual void on_limit(std::string_view /*limit*/) {
    // nop
  }

  /// The number of open sessions.
  virtual void on_sessions(std::size_t /*n*/) {
    // nop
  }

  /// Something that an operator should read: one sentence.
  virtual void on_warning(std::string_view /*text*/) {
    // nop
  }
};

/// What came of trying a name and a password.
struct login_outcome {
  enum class verdict : std::uint8_t { accepted, refused, throttled, busy };

  verdict result = verdict::refused;
  principal who;
  std::string secret;           ///< Of the session's cookie, when one was asked for.
  std::chrono::seconds wait{0}; ///< Before the next try.
};

/// Who is known, and who asks: users, sessions, tokens, links. Thread-safe; must outlive the
/// listeners that use it.
class access_control {
public:
  using wall_clock = std::function<std::chrono::system_clock::time_point()>;
  using steady_clock_function = std::function<std::chrono::steady_clock::time_point()>;

  struct parts {
    std::filesystem::path state_file; ///< Empty: nothing is remembered (tests).
    access_observer* observer = nullptr;
    wall_clock now = std::chrono::system_clock::now;
    steady_clock_function steady_now = std::chrono::steady_clock::now;
  };

  access_control(access_settings settings, parts x);
  ~access_control();

  /// From now on these users and rules hold. Sessions of users who are gone, or have another
  /// password or role, end; what goes on for long (WebSockets) begins anew where rights changed and
  /// is undisturbed where not. Not from two threads at once.
  void configure(access_settings settings);

  /// Those that hold now; never null.
  std::shared_ptr<const roster> current() const;

  /// Finds out for whom `x` asks, from where, and whether its page is listed. Before all else.
  void prepare(request& x) const;

  /// False when the client's address asks too often. The machine itself may always.
  bool takes(const request& x);

  struct identity {
    enum class state : std::uint8_t {
      known,      ///< `who` asks: maybe nobody.
      plain_http, ///< Brought a secret over a way on which others could read it.
      password,   ///< `name` and `password` came along and have to be checked first.
    };
    state what = state::known;
    principal who;
    std::string name;
    std::string password;
  };

  /// By signed link (`link` is what the path brought), token, password, session; else what anybody
  /// is.
  identity identify(const request& x, std::string_view link);

  /// Whether `who` may do this at all, metrics and health included.
  bool permits(const request& x, const principal& who, action what) const;

  /// True when passwords and tokens of this client could be read on their way, and nobody has
  /// accepted that.
  bool is_readable_by_others(const request& x) const;

  /// Checks a password on a thread of its own; `done` is called once, there or at once.
  void log_in(const request& x, const std::string& name, std::string password, bool session,
              bool remember, const std::function<void(login_outcome)>& done);

  /// Ends the session whose cookie this is, or all of its user; `done` when that is on the disk.
  void log_out(std::string_view cookie, bool everywhere, std::function<void()> done);

  struct token_info {
    std::string id; ///< A part of the hash.
    std::string user;
    std::string name;
    std::optional<std::chrono::system_clock::time_point> expires;
    bool revoked = false;
  };

  std::vector<token_info> tokens() const;

  /// False when there is no such token; otherwise `done` is called when it is on the disk.
  bool revoke_token(std::string_view id, std::function<void()> done);

  /// A signed link's secret: fit for a segment of a path.
  std::string make_link(const principal& by, std::string_view camera, link_kind kind,
                        std::chrono::seconds lasts) const;

  /// Makes all links void; `done` when that is on the disk.
  void rotate_links(std::function<void()> done);

  /// Empty when the link is not one of ours, was made void, or has expired.
  std::optional<principal> open_link(std::string_view link) const;

private:
  struct verified { // A password that came in a header and was right.
    std::string user;
    std::chrono::steady_clock::time_point until;
  };

  principal anybody(const request& x, const roster& users) const;
  identity by_header(const request& x, const roster& users, std::string_view field);
  std::optional<principal> by_session(const request& x, const roster& users);
  std::optional<principal> by_token(std::string_view token, const roster& users) const;
  std::optional<principal> by_cached_password(std::string_view credentials, const roster& users);
  void check(const std::shared_ptr<const roster>& users, const ip_address& from,
             const std::string& name, const std::string& password, bool session, bool remember,
             const std::function<void(login_outcome)>& done);
  login_outcome accept(const roster& users, const std::string& name, const std::string& password,
                       bool session, bool remember);
  void save_state();
  void sweep();

  parts parts_;
  access_observer silent_;
  access_observer& observer_;
  rate_limit rates_;
  const signing_key cache_key_ = random_key(); // What is cached cannot be turned back.
  mutable std::mutex mutex_;                   // Guards all that follows.
  std::shared_ptr<const roster> roster_;
  access_state state_;
  std::shared_ptr<login_state> links_ = std::make_shared<login_state>();
  login_throttle throttle_;
  std::map<std::string, verified, std::less<>> cache_;
  session::time_point touched_{}; // When uses of sessions were saved last.
  bool save_failed_ = false;      // Only on the thread.
  access_thread thread_;          // Ends first.
};

} // namespace camwall::http
