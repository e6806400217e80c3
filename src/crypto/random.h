// Octets that nobody can predict.
//
//   const std::string key = crypto::random_octets(32);
//
// Threads: any. Errors: std::system_error when the kernel has no randomness.
#pragma once

#include <cstddef>
#include <string>

namespace dmarc::crypto {

/// From the kernel; at most 256 at once.
std::string random_octets(std::size_t count);

}  // namespace dmarc::crypto
