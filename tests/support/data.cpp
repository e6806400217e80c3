#include "support/data.h"

#include <fstream>
#include <iterator>
#include <stdexcept>

namespace dmarc::test {

std::string read_data(const std::string& name) {
  const std::string path = std::string(DMARCD_TEST_DATA) + "/" + name;
  std::ifstream file(path, std::ios::binary);
  if (!file) throw std::runtime_error("can't read " + path);
  return {std::istreambuf_iterator<char>(file), {}};
}

}  // namespace dmarc::test
