// A message from a DNS server: the first octet chooses what was asked, the rest is the answer.
#include <array>

#include "expect.h"
#include "resolver/message.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace dmarc::fuzz;
  using namespace dmarc::dns;
  using namespace dmarc::resolver;
  if (size == 0) return 0;
  constexpr std::array types{Type::txt, Type::a, Type::aaaa, Type::mx, Type::ptr, Type::cname};
  const Question question{Name::parse("_dmarc.example.com").value(), types[data[0] % types.size()]};
  const OctetView message(data + 1, size - 1);
  const Octets query = encode_query(question, {.id = 0x4d44});
  // Both are run on all messages: the check must not be what keeps the decoder from harm.
  is_reply_to(message, query);
  const DecodedReply reply = decode_reply(message, question);
  expect(reply.answer.records.size() <= max_records, "the limit of records holds");
  expect(reply.aliases <= max_aliases + 1, "the limit of aliases holds");
  expect((reply.kind == DecodedReply::Kind::alias) == reply.target.has_value(),
         "an alias has a target");
  const bool has_records = !reply.answer.records.empty();
  expect(!has_records || reply.answer.outcome == Outcome::records, "records are an outcome");
  expect(reply.kind != DecodedReply::Kind::failure || reply.answer.failure != Failure::none,
         "a failure has a reason");
  for (const std::string& record : reply.answer.records) {
    if (question.type == Type::a) expect(record.size() == 4, "an address has 4 octets");
    if (question.type == Type::aaaa) expect(record.size() == 16, "an address has 16 octets");
  }
  return 0;
}
