#include "support/data.h"

#include <fstream>
#include <iterator>
#include <stdexcept>

namespace dmarc::test {

std::string read_data(const std::string& name) {
  const std::string path = data_folder() + "/" + name;
  std::ifstream file(path, std::ios::binary);
  if (!file) throw std::runtime_error("can't read " + path);
  return {std::istreambuf_iterator<char>(file), {}};
}

std::string data_folder() {
  return DMARCD_TEST_DATA;
}

std::string support_folder() {
  return DMARCD_TEST_SUPPORT;
}

std::string program_folder() {
  return DMARCD_BIN_DIR;
}

}  // namespace dmarc::test
