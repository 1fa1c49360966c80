#pragma once

#include "core/compat_profile.hpp"
#include "http/router.hpp"

#include <memory>
#include <vector>

namespace camwall::http {

struct compat_context;

/// The paths of one earlier viewer. Outlives its sessions.
class profile {
public:
  virtual ~profile() = default;

  /// Patterns are written without the slash at their end: the listener takes a path with or without
  /// it.
  virtual std::vector<route> routes() = 0;
};

/// `context` must outlive the profile.
std::unique_ptr<profile> make_profile(compat_profile which, const compat_context& context);

// One for each, in a file of its own:
std::unique_ptr<profile> make_django_jpeg(const compat_context& context);
std::unique_ptr<profile> make_jsmpeg(const compat_context& context);
std::unique_ptr<profile> make_fastapi_jpeg(const compat_context& context);
std::unique_ptr<profile> make_grid(const compat_context& context);
std::unique_ptr<profile> make_opencv(const compat_context& context);

} // namespace camwall::http
