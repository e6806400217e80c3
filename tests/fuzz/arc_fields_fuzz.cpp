// The fields of ARC sets that are recorded.
#include "arc/fields.h"
#include "expect.h"
#include "mail/limits.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace dmarc::fuzz;
  const std::string_view value = as_text(data, size);
  if (const auto seal = dmarc::arc::parse_arc_seal(value)) {
    expect(seal->instance >= 1 && seal->instance <= dmarc::mail::max_arc_sets, "an instance");
    expect(seal->domain.is_hostname(), "a sealer is a host name");
  }
  if (const auto results = dmarc::arc::parse_arc_auth_results(value))
    expect(results->instance >= 1 && results->instance <= dmarc::mail::max_arc_sets, "an instance");
  return 0;
}
