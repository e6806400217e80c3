#include "vector_header_line.h"

namespace dmarc::test {

void add_header_line(mail::HeaderBlock& block, const Field& line) {
  const std::string text = line.text();
  const std::size_t colon = text.find(':');
  if (colon == std::string::npos) line.complain("a header line without a colon");
  block.add(text.substr(0, colon), text.substr(colon + 1));
}

}  // namespace dmarc::test
