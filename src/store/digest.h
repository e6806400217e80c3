// A key for texts that are too long to be one.
#pragma once

#include <string>
#include <string_view>

namespace dmarc::store {

/// SHA-256, 64 lower-case hexadecimal digits.
std::string digest(std::string_view text);

}  // namespace dmarc::store
