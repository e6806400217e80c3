// The history file, taken over from the daemon by whoever imports it.
//
//   auto takeover = history::Takeover::begin("/run/opendmarc/opendmarc.dat", ".importing");
//   if (!takeover) ...                              // another import is at work, or an errno
//   while (auto file = takeover->next()) {
//     do import(file->descriptor()); while (!file->remove(octets_read));
//   }
//
// Nothing is lost and nothing is done twice, whenever a process is killed:
//   - One import at a time: a lock file beside the history file is locked until the end.
//   - The file is renamed to a name that is not in use, and the daemon goes on with a new one. What
//     an import that was killed has left under such a name is given first by the next one.
//   - A file is given locked, so that no writer is in the middle of a record.
//   - It is removed when all of it is in the database, and only if the name is still that of the
//     file that was read.
// Importing the same record again must therefore do nothing, see store::Importer.
//
// Threads: an object belongs to one. Limits: max_left_over.
#pragma once

#include <tl/expected.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/unique_fd.h"

namespace dmarc::history {

/// A file or folder that could not be used, and why.
struct TakeoverError {
  std::string path;
  int error = 0;  ///< an errno value; EWOULDBLOCK: another import is at work
};

/// A renamed history file, open for reading and locked.
class TakenFile {
 public:
  TakenFile(std::string path, base::UniqueFd file)
      : path_(std::move(path)), file_(std::move(file)) {}

  const std::string& path() const { return path_; }
  /// At the beginning of the file.
  int descriptor() const { return file_.get(); }

  /// Removes the file if it has no more than `octets`. False when a writer that had opened it
  /// before it was renamed has added to it: then it is to be read again, from the beginning.
  tl::expected<bool, TakeoverError> remove(std::uint64_t octets);

 private:
  std::string path_;
  base::UniqueFd file_;
};

class Takeover {
 public:
  /// Files left over by imports that were killed; the rest waits for the next one.
  static constexpr std::size_t max_left_over = 1000;

  /// Takes the lock. Names of files that it gives begin with `path` and `suffix`.
  static tl::expected<Takeover, TakeoverError> begin(const std::string& path, std::string suffix);

  /// What was left over, the oldest first, then the file that has the name now; nothing when there
  /// is no more. A file that can't be opened is an error, and next() goes on behind it.
  tl::expected<std::optional<TakenFile>, TakeoverError> next();

 private:
  Takeover(std::string path, std::string suffix, base::UniqueFd lock)
      : path_(std::move(path)), suffix_(std::move(suffix)), lock_(std::move(lock)) {}

  std::optional<TakeoverError> find_left_over();
  tl::expected<std::string, TakeoverError> take_current() const;

  std::string path_;
  std::string suffix_;
  base::UniqueFd lock_;
  std::vector<std::string> left_over_;  ///< the next one is the last
  bool has_current_ = true;             ///< the file under its own name was not taken yet
};

}  // namespace dmarc::history
