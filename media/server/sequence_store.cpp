#include "media/server/sequence_store.hpp"

#include <nlohmann/json.hpp>
#include <spdlog/spdlog.h>

#include <cerrno>
#include <chrono>
#include <fstream>
#include <system_error>

namespace camwall::media {

namespace {

using namespace std::chrono_literals;

/// Players such as hls.js keep a table as long as the discontinuity sequence, so it must not begin
/// at the unix time too. It only has to differ from what an open page saw before the state was
/// lost.
constexpr std::uint64_t fresh_discontinuities = 1009;

std::uint64_t unix_now_s() {
  return static_cast<std::uint64_t>(std::chrono::duration_cast<std::chrono::seconds>(
                                      std::chrono::system_clock::now().time_since_epoch())
                                      .count());
}

} // namespace

sequence_store::sequence_store(const std::filesystem::path& state_dir)
  : file_(state_dir / "sequences.json") {
  load();
  writer_ = std::thread{[this] { write_loop(); }};
}

sequence_store::~sequence_store() {
  {
    std::lock_guard guard{mutex_};
    quit_ = true;
  }
  changed_.notify_all();
  writer_.join();
}

sequence_store::numbers sequence_store::next(const std::string& key) {
  std::lock_guard guard{mutex_};
  auto [i, added] = next_.try_emplace(key);
  if (added)
    i->second = {unix_now_s(), unix_now_s() % fresh_discontinuities};
  auto result = i->second;
  // A worker that ends before its first segment must not hand its discontinuity number on.
  ++i->second.discontinuity_sequence;
  dirty_ = true;
  changed_.notify_all();
  return result;
}

void sequence_store::published(const std::string& key, numbers used) {
  std::lock_guard guard{mutex_};
  auto& x = next_[key];
  x.media_sequence = std::max(x.media_sequence, used.media_sequence + 1);
  x.discontinuity_sequence = std::max(x.discontinuity_sequence, used.discontinuity_sequence + 1);
  dirty_ = true;
  changed_.notify_all();
}

void sequence_store::load() {
  std::ifstream in{file_};
  if (!in)
    return; // The first start.
  auto tree = nlohmann::json::parse(in, nullptr, false);
  if (!tree.is_object()) {
    spdlog::warn("{}: not readable as JSON; sequences continue at the unix time", file_.string());
    return;
  }
  for (auto& [key, value] : tree.items()) {
    auto media = value.is_object() ? value.find("media_sequence") : value.end();
    auto discontinuity = value.is_object() ? value.find("discontinuity_sequence") : value.end();
    if (media == value.end() || discontinuity == value.end() || !media->is_number_unsigned() ||
        !discontinuity->is_number_unsigned())
      continue;
    next_[key] = {media->get<std::uint64_t>() + unsaved_max,
                  discontinuity->get<std::uint64_t>() + unsaved_max};
  }
}

void sequence_store::write_loop() {
  pthread_setname_np(pthread_self(), "state-writer");
  bool warned = false;
  std::unique_lock lock{mutex_};
  for (;;) {
    changed_.wait(lock, [this] { return dirty_ || quit_; });
    auto last = quit_;
    if (dirty_) {
      dirty_ = false;
      auto copy = next_;
      lock.unlock();
      auto ok = save(copy);
      if (!ok && !warned)
        spdlog::error(
          "{}: cannot be written ({}); sequences fall back to the unix time after a restart",
          file_.string(), std::generic_category().message(errno));
      warned = !ok;
      lock.lock();
    }
    if (last)
      return;
    changed_.wait_for(lock, 1s, [this] { return quit_; });
  }
}

bool sequence_store::save(const std::map<std::string, numbers>& all) {
  auto tree = nlohmann::json::object();
  for (const auto& [key, x] : all)
    tree[key] = {{"media_sequence", x.media_sequence},
                 {"discontinuity_sequence", x.discontinuity_sequence}};
  auto temporary = file_;
  temporary += ".tmp";
  {
    std::ofstream out{temporary, std::ios::trunc};
    out << tree.dump(1) << '\n';
    out.flush();
    if (!out)
      return false;
  }
  std::error_code error;
  std::filesystem::rename(temporary, file_, error);
  return !error;
}

} // namespace camwall::media
