// Whatever is said to hold reports: archives, mails, mailboxes.
#include "expect.h"
#include "receiving/limits.h"
#include "receiving/unpack.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace dmarc::fuzz;
  using namespace dmarc::receiving;
  std::size_t findings = 0;
  Content content("in", [&](const Finding& finding) {
    ++findings;
    expect(is_printable(finding.place), "a place is a printable line");
    expect(finding.result || is_printable(finding.result.error().reason),
           "an error is a printable line");
  });
  content.add(as_text(data, size));
  content.finish();
  expect(findings <= size + 2, "there are not more findings than octets");
  return 0;
}
