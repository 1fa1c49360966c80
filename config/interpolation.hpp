#pragma once

#include <tl/expected.hpp>

#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace camwall::config {

/// Where the values of `${NAME}` come from: returns nothing for a variable that is not set.
using environment = std::function<std::optional<std::string>(const std::string& name)>;

/// The environment of this process.
environment process_environment();

/// A letter or underscore, then letters, digits and underscores.
bool is_variable_name(std::string_view text);

/// Replaces `${NAME}` by the variable's value and `${NAME:-default}` by the default when it is
/// unset or empty; `$${` stands for `${`. Values are not looked through again. The error is half a
/// sentence that names the variable.
tl::expected<std::string, std::string> interpolate(std::string_view text, const environment& env);

inline constexpr std::size_t interpolated_bytes_max = 16'384;

} // namespace camwall::config
