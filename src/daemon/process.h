// The daemon as a process of the system: background, user, root folder, core files, pid file, and
// the error that ends a start.
//
//   auto identity = find_identity("opendmarc:postfix");
//   if (identity) become(*identity);
//   auto background = Background::enter();   // two processes until here: only the child returns
//   ... open the socket, write the pid file; on failure background->failed(status)
//   background->ready();                     // now the parent exits with status 0
//
// Threads: all of this before any exist: they don't survive fork(), and each has its own identity
// on Linux.
#pragma once

#include <sys/types.h>
#include <tl/expected.hpp>

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "base/read_file.h"
#include "base/unique_fd.h"
#include "log/event.h"

namespace dmarc::daemon {

/// Why the daemon ends: the exit status (sysexits.h) and the line for stderr and the log, without
/// the program's name in front.
struct FatalError {
  int status;
  std::string text;
};

/// "WHAT: the system's words for ERROR".
inline FatalError fatal_error(int status, std::string_view what, int error) {
  return {status, std::string(what) + ": " + base::error_text(error)};
}

/// Going to the background, such that whoever started the daemon learns how the start went. Until
/// ready() the child keeps the terminal, so that its errors are seen.
class Background {
 public:
  /// The object of a process that stays in the foreground: its functions do nothing.
  Background() = default;

  static tl::expected<Background, FatalError> enter();

  /// Tells the parent that the daemon runs, and lets go of the terminal.
  void ready();
  /// Makes the parent exit with this status.
  void failed(int status);

 private:
  explicit Background(base::UniqueFd parent) : parent_(std::move(parent)) {}
  base::UniqueFd parent_;
};

/// The user and group that the daemon runs as.
struct Identity {
  uid_t user;
  gid_t group;
  std::vector<gid_t> groups;  ///< all of the user's, `group` included
};

/// `text` is USER[:GROUP], each a name or a number that the user database knows; without GROUP the
/// user's own. Status 65 for one that does not exist.
tl::expected<Identity, FatalError> find_identity(const std::string& text);

/// Takes on user, group and the user's other groups, for good; does nothing when the process runs
/// as that user already. Status 77 when that is not allowed.
tl::expected<void, FatalError> become(const Identity& identity);

/// The name of the user that the process runs as; "postmaster" when the user database has none.
std::string own_name();

/// Makes the folder the root of the file system for this process, and the current folder. Status 71
/// when that fails.
tl::expected<void, FatalError> change_root(const std::string& root);

/// Lets the kernel write a core file when the process crashes, also after a change of user. False
/// when it refuses.
bool enable_coredumps();

/// Gives memory back to the system after a peak; the C library keeps what lies below memory that is
/// still in use.
class FreeMemory {
 public:
  /// Every second or so. A megabyte costs some 0.1 ms, in which others wait for memory.
  void give_back_after_peak();

 private:
  std::size_t least_ = 0;  ///< octets that lay unused, at the least, since the last time
};

/// The file with the process id, for scripts and old init systems. Removed with the object.
class PidFile {
 public:
  /// Writes the file; none for an empty path. A failure is only logged: it is not a reason not
  /// to filter.
  PidFile(std::string path, log::Sink& sink);
  PidFile(const PidFile&) = delete;
  PidFile& operator=(const PidFile&) = delete;
  ~PidFile();

 private:
  std::string path_;
};

}  // namespace dmarc::daemon
