// What is worth telling about a file that is correct: lines without effect, options of other
// versions, values that are easily meant otherwise. Private to config/.
#pragma once

#include "config/context.h"

namespace dmarc::config {

/// Adds a warning for each.
void remark(Context& context);

}  // namespace dmarc::config
