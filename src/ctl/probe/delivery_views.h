// How the answers of a filter look: as an Outline for people, as JSON for programs.
//
// Threads: pure functions.
#pragma once

#include <string_view>

#include "base/json.h"
#include "ctl/outline.h"
#include "milter/client/milter_delivery.h"

namespace dmarc::tools {

/// `filter` is where it listens.
Outline outline_of(const Delivery& delivery, std::string_view filter);
base::Json json_of(const Delivery& delivery);

/// "insert at 0: Name: value", for one change.
std::string edit_text(const HeaderEdit& edit);

}  // namespace dmarc::tools
