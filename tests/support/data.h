// Where the tests find their files and the programs under test.
#pragma once

#include <string>

namespace dmarc::test {

/// The whole file; throws std::runtime_error with its name when it can't be read.
std::string read_data(const std::string& name);

/// The folders tests/data and tests/support, and that of the programs that were built.
std::string data_folder();
std::string support_folder();
std::string program_folder();

}  // namespace dmarc::test
