#pragma once

#include "config/schema.hpp"
#include "core/camera_catalogue.hpp"

#include <tl/expected.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace camwall::config {

/// A camera, or all that is wrong with its settings: `where` is a JSON pointer (RFC 6901) into the
/// body, empty for the body as a whole.
using camera_result = tl::expected<camera, std::vector<change_refusal::fault>>;

inline constexpr std::size_t document_bytes_max = 65'536;

/// Makes a camera of the body of an API request: a JSON object with the keys of a camera in
/// docs/reference/configuration.md, `channels` excepted. What is left out takes the defaults of
/// `main`. Values are literal: `${NAME}` and `!file`, which would read what is none of the API's
/// business, mean nothing here. `source` and `read_only`, which answers hold, are passed over.
///
/// A login within an address becomes `username` and `password`. `***` as one of those, or as the
/// user information of an address, means what `before` has (null for a new camera); that is refused
/// where an address names another host than before, as the password would be sent there. With
/// `before`, `id` may be left out and must not differ.
///
/// Whether the id is taken and there is room for one more is not looked at.
camera_result camera_from_json(std::string_view body, const wall& main,
                               const camera* before = nullptr);

/// The same for a merge patch (RFC 7396) of what is written for `before`: null removes a key. A
/// `template` in it takes the place of the addresses.
camera_result camera_from_patch(std::string_view patch, const wall& main, const camera& before);

/// The text of the file that the API keeps for this camera. Holds its secrets. Loading it with the
/// same defaults gives the same camera.
std::string camera_file_text(const camera& x);

/// The first line of such a file; without it a file is not the API's.
inline constexpr std::string_view api_file_header =
  "# Written by camwall's API. Edits by hand hold until the API changes this camera: then the "
  "whole "
  "file is written anew.";

/// Where in it the camera begins.
inline constexpr int camera_file_line = 3;

/// `api-<id>.yaml`.
std::string api_file_name(std::string_view id);

/// The first line says that the file is the API's.
bool has_api_header(std::string_view text);

/// The key of the etags of one process. An etag is a keyed hash (HMAC-SHA-256) of settings and
/// secrets, so that nobody can try passwords against it.
class etag_key {
public:
  /// From the kernel's random numbers. Throws std::system_error when there are none.
  static etag_key random();

  /// 32 hexadecimal digits.
  std::string etag_of(std::string_view text) const;

private:
  std::array<std::uint8_t, 32> bytes_{};
};

/// What the API tells of a camera: written settings, `***` for a password that is not empty and for
/// the user information that an address may still have.
configured_camera describe(const camera& x, const etag_key& key);

} // namespace camwall::config
