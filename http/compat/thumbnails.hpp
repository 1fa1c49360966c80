#pragma once

#include "http/compat/compat_cameras.hpp"

namespace camwall::http {

/// The thumbnail of one camera as profile `jsmpeg` has it: a JPEG of 320x240 within JSON. With
/// `anew` the cache is passed over.
response thumbnail(const compat_context& context, const compat_camera& camera, bool anew);

/// What the cache holds, and its emptying, in the words of profile `jsmpeg`.
response thumbnail_statistics(const compat_context& context);
response clear_thumbnails(const compat_context& context);

} // namespace camwall::http
