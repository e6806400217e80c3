// Where a domain's reports go, fixed by hand: `requests.locked`, as OpenDMARC has it.
//
// Threads: that of the connection. Throws store::Failure.
#pragma once

#include <string>

#include "store/database.h"

namespace dmarc::store {

/// Reports on `domain` go to `uris` (separated by commas) whatever its record says; empty: to
/// nobody.
void fix_rua(Database& database, const std::string& domain, const std::string& uris);

/// Its record decides again, from the next import on.
void release_rua(Database& database, const std::string& domain);

}  // namespace dmarc::store
