// Octets that nobody can foresee.
#pragma once

#include <cstddef>
#include <string>

namespace dmarc::base {

/// From the kernel; at most 256 at once. Throws std::system_error when there is no randomness.
std::string random_octets(std::size_t count);

}  // namespace dmarc::base
