// How the answers of a filter look: as an Outline for people, as JSON for programs.
//
// Threads: pure functions.
#pragma once

#include <string_view>

#include "base/json.h"
#include "ctl/outline.h"
#include "milter/client/milter_delivery.h"

namespace dmarc::ctl {

/// `filter` is where it listens.
Outline outline_of(const milter::client::Delivery& delivery, std::string_view filter);
base::Json json_of(const milter::client::Delivery& delivery);

/// "insert at 0: Name: value", for one change.
std::string edit_text(const milter::client::HeaderEdit& edit);

}  // namespace dmarc::ctl
