#include "media/server/snapshot_cache.hpp"

#include <algorithm>
#include <utility>

namespace camwall::media {

namespace {

/// A picture costs more than its bytes.
constexpr std::size_t overhead_bytes = 512;

std::size_t cost(const snapshot& x) noexcept {
  return x.jpeg.size() + overhead_bytes;
}

} // namespace

snapshot_ptr snapshot_cache::find(const snapshot_key& key, std::chrono::milliseconds max_age,
                                  time_point now) const {
  auto found = entries_.find(key);
  return found == entries_.end() || now - found->second.made > max_age ? nullptr
                                                                       : found->second.picture;
}

void snapshot_cache::store(const snapshot_key& key, snapshot_ptr picture, time_point now) {
  if (cost(*picture) > bytes_max_)
    return;
  bytes_ += cost(*picture);
  auto& place = entries_[key];
  if (place.picture)
    bytes_ -= cost(*place.picture);
  place = {.picture = std::move(picture), .made = now};
  while (bytes_ > bytes_max_) {
    auto oldest =
      std::min_element(entries_.begin(), entries_.end(),
                       [](const auto& a, const auto& b) { return a.second.made < b.second.made; });
    bytes_ -= cost(*oldest->second.picture);
    entries_.erase(oldest);
  }
}

template <class Predicate>
void snapshot_cache::erase_if(Predicate matches) {
  std::erase_if(entries_, [&](const auto& x) {
    bool goes = matches(x.first, x.second);
    bytes_ -= goes ? cost(*x.second.picture) : 0;
    return goes;
  });
}

void snapshot_cache::forget(std::string_view camera, std::string_view stream) {
  erase_if([&](const snapshot_key& key, const entry&) {
    return (camera.empty() || key.camera == camera) && (stream.empty() || key.stream == stream);
  });
}

void snapshot_cache::expire(time_point now) {
  erase_if([&](const snapshot_key&, const entry& x) { return now - x.made > keep_max; });
}

std::vector<std::string> snapshot_cache::cameras() const {
  std::vector<std::string> out;
  for (const auto& [key, x] : entries_)
    if (out.empty() || out.back() != key.camera)
      out.push_back(key.camera);
  return out;
}

} // namespace camwall::media
