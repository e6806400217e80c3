// A DKIM-Signature field, and an ARC-Message-Signature.
#include <algorithm>

#include "base/ascii.h"
#include "dkim/limits.h"
#include "dkim/signature.h"
#include "expect.h"

namespace {

using namespace dmarc;

void look_at(std::string_view value, const dkim::SignatureForm& form) {
  using fuzz::expect;
  const dkim::Signature signature = dkim::read_signature(value, form);
  expect(signature.b_begin <= signature.b_end && signature.b_end <= value.size(), "b= is inside");
  expect(signature.names.size() <= dkim::max_signed_names, "the number of names");
  if (signature.fault != dkim::Fault::none) return;
  expect(signature.domain && signature.domain->is_hostname(), "d= is a host name");
  expect(signature.selector && signature.selector->is_hostname(), "s= is a host name");
  expect(signature.key_name && signature.key_name->is_at_or_below(*signature.domain),
         "the key is below d=");
  expect(!signature.identity_domain || signature.identity_domain->is_at_or_below(*signature.domain),
         "i= is below d=");
  expect(!signature.octets.empty() && !signature.characters.empty(), "b= is there");
  expect(std::any_of(signature.names.begin(), signature.names.end(),
                     [](std::string_view name) { return base::iequals(name, "from"); }),
         "From is signed");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view value = dmarc::fuzz::as_text(data, size);
  look_at(value, dmarc::dkim::dkim_signature);
  look_at(value, dmarc::dkim::arc_message_signature);
  return 0;
}
