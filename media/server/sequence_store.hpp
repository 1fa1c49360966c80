#pragma once

#include <condition_variable>
#include <cstdint>
#include <filesystem>
#include <map>
#include <mutex>
#include <string>
#include <thread>

namespace camwall::media {

/// Remembers, over restarts of workers and of the server, which HLS sequence numbers each stream
/// has used, so that an open page plays on (RFC 8216 §6.2.2: a sequence number never goes back).
///
/// Kept in `state_dir/sequences.json`, written atomically by a thread of its own at most once a
/// second. What a kill of the server can lose is covered by skipping `unsaved_max` numbers after a
/// start; when the file is lost or broken, numbers continue at the unix time in seconds, which
/// outruns any stream whose segments last a second or more.
class sequence_store {
public:
  /// More segments than any stream publishes between two writes of the file.
  static constexpr std::uint64_t unsaved_max = 16;

  struct numbers {
    std::uint64_t media_sequence = 0;
    std::uint64_t discontinuity_sequence = 0;
  };

  explicit sequence_store(const std::filesystem::path& state_dir);

  /// Writes what is not written yet.
  ~sequence_store();

  sequence_store(const sequence_store&) = delete;
  sequence_store& operator=(const sequence_store&) = delete;

  /// The numbers for the first segment of a new worker. `key` is `<camera>/<stream>`. Any thread.
  numbers next(const std::string& key);

  /// A segment with these numbers was published. Any thread.
  void published(const std::string& key, numbers used);

private:
  void load();
  void write_loop();
  bool save(const std::map<std::string, numbers>& all);

  std::filesystem::path file_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::map<std::string, numbers> next_; // What comes after the last one used. Guarded by mutex_.
  bool dirty_ = false;                  // Guarded by mutex_.
  bool quit_ = false;                   // Guarded by mutex_.
  std::thread writer_;
};

} // namespace camwall::media
