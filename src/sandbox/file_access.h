// Landlock: which folders a confined daemon can use. Private to confinement.cpp.
#pragma once

#include "sandbox/folders.h"

namespace dmarc::sandbox {

/// For this thread and those that it starts, for good. An errno, or 0.
int restrict_files(const Folders& folders);

}  // namespace dmarc::sandbox
