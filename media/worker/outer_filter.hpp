#pragma once

namespace camwall::media {

/// What follows a refusal that the kernel itself does not make (EPERM): the server runs inside a
/// filter of system calls that lacks what a sandbox is made with.
inline constexpr const char* outer_filter_hint =
  ": a filter of system calls lacks it; a systemd unit has to add SystemCallFilter="
  "landlock_create_ruleset landlock_add_rule landlock_restrict_self seccomp";

} // namespace camwall::media
