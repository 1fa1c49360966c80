#pragma once

#include <gst/rtsp-server/rtsp-server.h>

#include <atomic>
#include <cstdint>
#include <string>

namespace camwall::camera_sim {

/// How a camera asks for a password (RFC 2617).
enum class login { none, basic, digest };

/// The role that a client with the right password has.
inline constexpr const char* viewer_role = "viewer";

/// What happened at a camera's logins, and what is wrong with them.
struct login_record {
  /// Requests that carried a wrong password.
  std::atomic<std::uint64_t> failures{0};
  /// Requests to describe a stream that carried the right one.
  std::atomic<std::uint64_t> successes{0};
  /// A fault: the challenge names another realm than the camera computes with (RFC 2617 §3.2.1),
  /// so that no password is right.
  std::atomic<bool> wrong_realm{false};
};

/// An authenticator that takes one user by one method (not `none`) and keeps `record`, which must
/// outlive it. The caller owns the reference.
///
/// It has no default token on purpose: with one, a client without a password is let in as somebody
/// who may see nothing and gets 404 where a camera says 401.
GstRTSPAuth* make_login_counter(login method, const std::string& user, const std::string& password,
                                login_record& record);

} // namespace camwall::camera_sim
