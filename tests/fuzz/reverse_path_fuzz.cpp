// The argument of MAIL FROM.
#include <dmarc/reverse_path.h>

#include "expect.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace dmarc::fuzz;
  using Kind = dmarc::mail::ReversePath::Kind;
  const auto path = dmarc::mail::parse_reverse_path(as_text(data, size));
  expect(path.domain.has_value() == (path.kind == Kind::mailbox), "only a mailbox has a domain");
  expect(!path.domain || path.domain->is_hostname(), "a domain is a host name");
  expect(path.kind == Kind::mailbox || path.local_part.empty(), "only a mailbox has a local part");
  expect(path.detail.empty() == (path.kind != Kind::invalid), "an invalid path has a reason");
  expect(is_printable(path.detail), "the reason is printable");
  return 0;
}
