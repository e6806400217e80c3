// Received-SPF fields.
#include "base/ascii.h"
#include "expect.h"
#include "mail/auth_results.h"
#include "mail/received_spf.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace dmarc::fuzz;
  const auto field = dmarc::mail::parse_received_spf(as_text(data, size));
  if (!field) return 0;
  using namespace dmarc::mail;
  expect(parse_result_word(to_string(field->result)) == field->result, "the result has a word");
  expect(field->identity == dmarc::base::lower(field->identity), "the identity is in lower case");
  return 0;
}
