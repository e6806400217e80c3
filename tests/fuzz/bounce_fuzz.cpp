// A message that came to the address for bounces.
#include "expect.h"
#include "sending/bounce.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace dmarc::fuzz;
  using namespace dmarc::sending;
  static const MailAddress bounces = MailAddress::parse("b@example.org").value();
  const Bounce bounce = read_bounce(as_text(data, size));
  expect(bounce.recipients.size() <= max_bounced_recipients, "the limit of recipients holds");
  expect(bounce.delivered_to.size() <= max_bounced_recipients, "the limit of addresses holds");
  for (const BouncedRecipient& recipient : bounce.recipients) {
    expect(is_printable(recipient.diagnostic), "what the server said is printable");
    expect(recipient.status.find_first_not_of("0123456789.") == std::string::npos,
           "a status is a code");
    expect(!recipient.is_hard() || bounce.decisive()->is_hard(), "a hard bounce decides");
  }
  for (const std::string& address : bounce.delivered_to) {
    const auto tag = read_verp(bounces, address);
    if (!tag) continue;
    const std::string again = verp_address(bounces, *tag);
    expect(read_verp(bounces, again) == tag, "a tag survives being written");
  }
  return 0;
}
