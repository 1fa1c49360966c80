#include "http/compat/profile.hpp"

#include <stdexcept>

namespace camwall::http {

std::unique_ptr<profile> make_profile(compat_profile which, const compat_context& context) {
  switch (which) {
    case compat_profile::django_jpeg:
      return make_django_jpeg(context);
    case compat_profile::jsmpeg:
      return make_jsmpeg(context);
    case compat_profile::fastapi_jpeg:
      return make_fastapi_jpeg(context);
    case compat_profile::grid:
      return make_grid(context);
    case compat_profile::opencv:
      return make_opencv(context);
  }
  throw std::invalid_argument("no such profile");
}

} // namespace camwall::http
