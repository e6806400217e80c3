// Giving up root: the user and group that the daemon runs as.
//
//   auto identity = find_identity("opendmarc:postfix");
//   if (identity) become(*identity);
//
// Threads: before any exist; each thread has its own identity on Linux.
#pragma once

#include <sys/types.h>
#include <tl/expected.hpp>

#include <string>
#include <vector>

#include "daemon/failure.h"

namespace dmarc::daemon {

struct Identity {
  uid_t user;
  gid_t group;
  std::vector<gid_t> groups;  ///< all of the user's, `group` included
};

/// `text` is USER[:GROUP], each a name or a number that the user database knows; without GROUP the
/// user's own. Status 65 for one that does not exist.
tl::expected<Identity, Failure> find_identity(const std::string& text);

/// Takes on user, group and the user's other groups, for good; does nothing when the process runs
/// as that user already. Status 77 when that is not allowed.
tl::expected<void, Failure> become(const Identity& identity);

/// The name of the user that the process runs as; "postmaster" when the user database has none.
std::string own_name();

/// Makes the folder the root of the file system for this process, and the current folder. Status 71
/// when that fails.
tl::expected<void, Failure> confine_to(const std::string& root);

/// Lets the kernel write a core file when the process crashes, also after a change of user. False
/// when it refuses.
bool enable_coredumps();

}  // namespace dmarc::daemon
