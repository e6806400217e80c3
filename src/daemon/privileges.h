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

#include "daemon/failure.h"

namespace dmarc::daemon {

struct Identity {
  std::string name;  ///< of the user, for its other groups
  uid_t user;
  gid_t group;
};

/// `text` is USER[:GROUP], each a name or a number that the user database knows; without GROUP the
/// user's own. Status 65 for one that does not exist.
tl::expected<Identity, Failure> find_identity(const std::string& text);

/// Takes on user, group and the user's other groups, for good; does nothing when the process runs
/// as that user already. Status 77 when that is not allowed.
tl::expected<void, Failure> become(const Identity& identity);

}  // namespace dmarc::daemon
