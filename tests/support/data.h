// The files under tests/data.
#pragma once

#include <string>

namespace dmarc::test {

/// The whole file; throws std::runtime_error with its name when it can't be read.
std::string read_data(const std::string& name);

}  // namespace dmarc::test
