#pragma once

#include <tl/expected.hpp>

#include <filesystem>
#include <string>
#include <string_view>

namespace camwall::config {

/// The files that the API keeps, one for each of its cameras, in the folder of the drop-ins. A file
/// is always the one before or the one after a change, whatever happens to process or machine.
/// Blocks on the disk. One thread, and one process (the server holds a lock), at a time.
///
/// Errors are one sentence for people: what could not be done, why, and what to do where that is
/// known. The old file is still there then, but for one case that the sentence names: the disk took
/// the change and did not confirm it.
class camera_files {
public:
  using result = tl::expected<void, std::string>;

  explicit camera_files(std::filesystem::path folder);

  /// Removes what a killed process left half-written. Call it once, before the first load. A folder
  /// that does not exist is no error.
  result clean();

  /// Writes the camera's file; makes the folder (mode 0700) when it is absent. `text` begins with
  /// the API's header; the file's mode is 0600, as it may hold a password. A file of that name
  /// which is not the API's is left alone, and that is an error.
  result write(std::string_view id, std::string_view text);

  /// Removes the camera's file. That there is none is no error; that it is not the API's is.
  result remove(std::string_view id);

  std::filesystem::path path_of(std::string_view id) const;

private:
  std::filesystem::path folder_;
};

} // namespace camwall::config
