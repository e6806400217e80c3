// Unpredictable octets.
#pragma once

#include <cstddef>
#include <string>

namespace dmarc::base {

/// From the kernel; at most 256 a call. Throws std::system_error if the kernel has none.
std::string random_octets(std::size_t count);

}  // namespace dmarc::base
