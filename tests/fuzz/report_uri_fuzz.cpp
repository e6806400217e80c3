// The value of a rua or ruf tag, and what mail could be sent to.
#include <dmarc/record.h>

#include "dmarc/report_uri.h"
#include "expect.h"
#include "sending/consent.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace dmarc::fuzz;
  const auto list = dmarc::parse_uri_list(as_text(data, size), dmarc::Record::max_uris);
  expect(list.uris.size() <= dmarc::Record::max_uris, "the limit holds");
  for (const std::string& uri : list.uris) {
    expect(is_printable(uri) && uri.find_first_of(" ,<>\"") == std::string::npos,
           "a URI has the characters of one");
    const auto target = dmarc::sending::parse_report_uri(uri);
    if (!target) {
      expect(is_printable(target.error()), "the reason is printable");
      continue;
    }
    expect(target->host.is_hostname(), "a destination is a host name");
    expect(is_printable(target->mailbox) &&
               target->mailbox.find_first_of(" <>,;:\"()[]\\") == std::string::npos,
           "a mailbox can't end an SMTP command");
  }
  for (const std::string& problem : list.problems)
    expect(is_printable(problem), "a problem is printable");
  return 0;
}
