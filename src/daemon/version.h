// What -V prints.
#pragma once

#include <string>
#include <string_view>

namespace dmarc::daemon {

std::string version_block(std::string_view program, std::string_view version);

}  // namespace dmarc::daemon
