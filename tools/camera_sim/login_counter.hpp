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

/// An authenticator that takes one user by one method (not `none`) and counts in `failures` the
/// requests that carried a wrong password. `failures` must outlive it. The caller owns the
/// reference.
///
/// It has no default token on purpose: with one, a client without a password is let in as somebody
/// who may see nothing and gets 404 where a camera says 401.
GstRTSPAuth* make_login_counter(login method, const std::string& user, const std::string& password,
                                std::atomic<std::uint64_t>& failures);

} // namespace camwall::camera_sim
