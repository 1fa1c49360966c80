#pragma once

#include <span>
#include <string_view>

namespace camwall::config {

/// The word of `words` that `typed` is most likely meant to be; empty when none is near (at most
/// two letters wrong, and fewer than half of them).
std::string_view suggest(std::string_view typed, std::span<const std::string_view> words);

} // namespace camwall::config
