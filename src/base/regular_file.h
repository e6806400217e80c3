// Opening a file for output without ever waiting for anybody, and only what is a file.
//
//   auto file = base::open_regular("/var/lib/opendmarc/history", O_WRONLY | O_APPEND | O_CREAT);
//   if (!file) complain(file.error());   // "is a named pipe, a regular file is needed"
//
// A named pipe without a reader would block the caller, and a device takes what nobody can read
// again. A symbolic link is followed where only root and the user of this process can have made it;
// in a folder of others it could lead what is written anywhere.
//
// Errors: one clause, without the name. Threads: any.
#pragma once

#include <sys/types.h>
#include <tl/expected.hpp>

#include <string>

#include "base/unique_fd.h"

namespace dmarc::base {

/// `flags` as open(2) takes them, `mode` for a new file, which umask has a say in.
tl::expected<UniqueFd, std::string> open_regular(const std::string& path, int flags,
                                                 mode_t mode = 0666);

}  // namespace dmarc::base
