#pragma once

#include "http/compat/compat_context.hpp"

#include <functional>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace camwall::http {

/// A camera as clients of earlier viewers are shown it.
struct compat_camera {
  std::string id;
  std::string label;
  std::string group;
  std::string url; ///< Without the login: `rtsp://***@host/…`.
  camwall::phase phase = camwall::phase::connecting;
  std::string grid_stream;
  compat_id names;
};

/// What those clients ask for when they make or change a camera; what is absent stays.
struct camera_wish {
  std::optional<std::string> url;
  std::optional<std::string> label;
  std::optional<std::string> group;
};

/// The cameras for the profiles whose clients list and change them. Safe to call from several
/// threads.
class compat_cameras {
public:
  /// Renders the answer; from any thread, also after the listener has ended.
  using shape = std::function<response(const compat_camera&)>;

  /// `context` must outlive it.
  explicit compat_cameras(const compat_context& context) : context_(context) {
    // nop
  }

  /// Those that have ids already.
  std::vector<compat_camera> all() const;
  std::optional<compat_camera> find(std::string_view camera) const;
  std::optional<compat_camera> by_number(std::string_view text) const;
  std::optional<compat_camera> by_uuid(std::string_view text) const;

  /// The one that this address, login included, means.
  std::optional<compat_camera> by_url(std::string_view url) const;

  /// Adds a camera, after a look at whether it gives a picture. An address that is configured
  /// already means that camera: nothing is added.
  response create(const camera_wish& what, shape how) const;

  response change(const compat_camera& camera, const camera_wish& what, shape how) const;
  response remove(const compat_camera& camera, shape how) const;

  /// Whether the clients of this listener may do that.
  bool may(action what) const {
    return permits(context_.who, what);
  }

private:
  std::optional<compat_camera> shown(const camera_snapshot& camera) const;
  std::string url_of(std::string_view camera) const;
  std::string new_id(std::string_view label) const;
  response apply(camera_change change, compat_camera known, shape how) const;

  const compat_context& context_;
};

/// 403: what a listener's role does not allow.
response role_refusal();

/// What profile `jsmpeg` says of an address that cannot be used.
inline constexpr std::string_view bad_stream = "Invalid RTSP URL or stream not accessible";

/// Reads a JSON object with texts; a field is absent when it is not there or null. Empty when the
/// body is no JSON object, or a field is no text.
std::optional<std::vector<std::optional<std::string>>> read_texts(
  std::string_view body, std::initializer_list<const char*> names);

} // namespace camwall::http
