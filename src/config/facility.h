// The syslog facilities that opendmarc.conf knows by name.
#pragma once

#include <optional>
#include <string_view>

namespace dmarc::config {

/// The LOG_ value of syslog.h, for a name in any case.
std::optional<int> facility(std::string_view name);

}  // namespace dmarc::config
