#include "resolver/message.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <random>

#include "resolver/ldns_types.h"

namespace dmarc::resolver {
namespace {

dns::Name name(std::string_view text) {
  return dns::Name::from_octets(text).value();
}

const dns::Question question{name("a.example"), dns::Type::txt};

/// The query itself with the bit that makes it a reply.
Octets reply_to(const Octets& query) {
  Octets reply = query;
  reply[2] |= 0x80;
  return reply;
}

TEST(QueryMessage, holds_the_question_recursion_desired_and_edns) {
  const Octets expected{0x12, 0x34, 1,  0,   0,   1,   0,   0,   0,   0,   0, 1,  // header
                        1,    'a',  7,  'e', 'x', 'a', 'm', 'p', 'l', 'e', 0, 0,
                        16,   0,    1,                                          // question
                        0,    0,    41, 4,   208, 0,   0,   0,   0,   0,   0};  // OPT, 1232
  EXPECT_EQ(encode_query(question, {.id = 0x1234}), expected);
}

TEST(QueryMessage, can_do_without_edns_and_ask_for_the_ad_bit) {
  const Octets query = encode_query(question, {.id = 1, .edns = false, .want_ad = true});
  EXPECT_EQ(query.size(), 27U);
  EXPECT_EQ(query[3], 0x20);
}

TEST(QueryMessage, names_may_hold_any_octet) {
  const Octets query = encode_query({name("\\ \".x"), dns::Type::a}, {});
  EXPECT_EQ(Octets(query.begin() + 12, query.begin() + 18), (Octets{3, '\\', ' ', '"', 1, 'x'}));
}

TEST(QueryMessage, a_reply_has_the_id_and_the_question_in_any_case) {
  const Octets query = encode_query(question, {.id = 0x1234});
  Octets reply = reply_to(query);
  EXPECT_TRUE(is_reply_to(reply, query));
  reply[13] = 'A';
  EXPECT_TRUE(is_reply_to(reply, query));
}

TEST(QueryMessage, nothing_else_is_a_reply) {
  const Octets query = encode_query(question, {.id = 0x1234});
  EXPECT_FALSE(is_reply_to(query, query)) << "a query";
  const std::initializer_list<std::pair<std::size_t, const char*>> octets{
      {0, "id"},    {1, "id"},    {2, "operation"}, {13, "name"},
      {22, "name"}, {24, "type"}, {26, "class"}};
  for (const auto& [place, what] : octets) {
    Octets reply = reply_to(query);
    reply[place] ^= 0x08;
    EXPECT_FALSE(is_reply_to(reply, query)) << what;
  }
  Octets two_questions = reply_to(query);
  two_questions[5] = 2;
  EXPECT_FALSE(is_reply_to(two_questions, query));
  const Octets reply = reply_to(query);
  for (std::size_t size = 0; size < 27; ++size)
    EXPECT_FALSE(is_reply_to(OctetView(reply).first(size), query)) << size;
}

TEST(QueryMessage, only_an_error_may_come_without_question) {
  const Octets query = encode_query(question, {.id = 0x1234});
  Octets reply = reply_to(query);
  reply.resize(12);
  reply[5] = 0;
  EXPECT_FALSE(is_reply_to(reply, query)) << "NOERROR";
  reply[3] = 3;
  EXPECT_FALSE(is_reply_to(reply, query)) << "NXDOMAIN";
  reply[3] = 1;
  EXPECT_TRUE(is_reply_to(reply, query)) << "FORMERR";
}

/// A reply put together from records in the form of a zone file.
struct Message {
  ldns_pkt_rcode code = LDNS_RCODE_NOERROR;
  std::vector<const char*> answers = {}, authority = {};
  bool authoritative = false, recursive = true, authenticated = false;
  dns::Question asked = question;

  static void push(ldns_pkt& packet, ldns_pkt_section section, const char* text) {
    ldns_rr* record = nullptr;
    if (ldns_rr_new_frm_str(&record, text, 0, nullptr, nullptr) != LDNS_STATUS_OK) {
      ADD_FAILURE() << text;
      return;
    }
    ldns_pkt_push_rr(&packet, section, record);
  }

  Octets encode() const {
    const LdnsPtr<ldns_pkt> packet(ldns_pkt_query_new(to_ldns(asked.name).release(),
                                                      static_cast<ldns_rr_type>(asked.type),
                                                      LDNS_RR_CLASS_IN, LDNS_RD));
    ldns_pkt_set_qr(packet.get(), true);
    ldns_pkt_set_aa(packet.get(), authoritative);
    ldns_pkt_set_ra(packet.get(), recursive);
    ldns_pkt_set_ad(packet.get(), authenticated);
    ldns_pkt_set_rcode(packet.get(), code);
    for (const char* text : answers)
      push(*packet, LDNS_SECTION_ANSWER, text);
    for (const char* text : authority)
      push(*packet, LDNS_SECTION_AUTHORITY, text);
    std::uint8_t* wire = nullptr;
    std::size_t size = 0;
    ldns_pkt2wire(&wire, packet.get(), &size);
    const std::unique_ptr<std::uint8_t, decltype(&std::free)> owned(wire, &std::free);
    return {wire, wire + size};
  }

  DecodedReply decode() const { return decode_reply(encode(), asked); }
};

const char* const soa = "example. 600 IN SOA ns.example. h.example. 1 3600 600 86400 120";

TEST(ReplyMessage, joins_the_strings_of_each_text_record) {
  const DecodedReply reply = Message{.answers = {R"(a.example. 300 IN TXT "v=spf1 " "" "-all")",
                                                 R"(A.Example. 60 IN TXT "second\000\255")"}}
                                 .decode();
  EXPECT_EQ(reply.kind, DecodedReply::Kind::conclusion);
  EXPECT_EQ(reply.answer.outcome, dns::Outcome::records);
  ASSERT_EQ(reply.answer.records.size(), 2U);
  EXPECT_EQ(reply.answer.records[0], "v=spf1 -all");
  EXPECT_EQ(reply.answer.records[1], std::string("second\0\xff", 8));
  EXPECT_EQ(reply.answer.ttl, 60U) << "the least of all";
  EXPECT_FALSE(reply.answer.alias);
}

TEST(ReplyMessage, gives_each_type_its_form) {
  const auto records = [](dns::Type type, const char* text) {
    return Message{.answers = {text}, .asked = {name("a.example"), type}}.decode().answer.records;
  };
  using Records = std::vector<std::string>;
  EXPECT_EQ(records(dns::Type::a, "a.example. IN A 192.0.2.1"),
            Records{std::string("\xC0\0\2\1", 4)});
  EXPECT_EQ(records(dns::Type::aaaa, "a.example. IN AAAA ::1"),
            Records{std::string(15, '\0') + '\1'});
  EXPECT_EQ(records(dns::Type::mx, "a.example. IN MX 10 MX.Example."), Records{"10 mx.example"});
  EXPECT_EQ(records(dns::Type::mx, "a.example. IN MX 0 ."), Records{"0 ."});
  EXPECT_EQ(records(dns::Type::ptr, "a.example. IN PTR Host.Example."), Records{"host.example"});
  EXPECT_EQ(records(dns::Type::ptr, "a.example. IN PTR a\\.b\\(c.example."),
            Records{"a\\046b(c.example"})
      << "a dot inside a label does not end it";
}

TEST(ReplyMessage, ignores_records_that_were_not_asked_for) {
  const DecodedReply reply = Message{
      .answers = {"other.example. 300 IN TXT x", "a.example. 300 CH TXT x",
                  "a.example. 300 IN A 192.0.2.1"},
      .authority = {soa}}.decode();
  EXPECT_EQ(reply.answer.outcome, dns::Outcome::no_data);
  EXPECT_TRUE(reply.answer.records.empty());
}

TEST(ReplyMessage, tells_the_negative_answers_apart_and_takes_their_ttl_from_the_soa_record) {
  const DecodedReply no_data = Message{.authority = {soa}}.decode();
  EXPECT_EQ(no_data.answer.outcome, dns::Outcome::no_data);
  EXPECT_EQ(no_data.answer.ttl, 120U);
  const DecodedReply no_name =
      Message{.code = LDNS_RCODE_NXDOMAIN,
              .authority = {". 60 IN SOA ns.example. h.example. 1 2 3 4 900"}}
          .decode();
  EXPECT_EQ(no_name.answer.outcome, dns::Outcome::no_such_name);
  EXPECT_EQ(no_name.answer.ttl, 60U);
  EXPECT_EQ(Message{.code = LDNS_RCODE_NXDOMAIN}.decode().answer.ttl, negative_ttl_without_soa);
}

TEST(ReplyMessage, follows_aliases_within_the_message_in_any_order) {
  const DecodedReply reply =
      Message{.answers = {"c.example. 300 IN TXT found", "b.example. 40 IN CNAME c.example.",
                          "a.example. 300 IN CNAME B.example."},
              .authenticated = true}
          .decode();
  EXPECT_EQ(reply.kind, DecodedReply::Kind::conclusion);
  EXPECT_EQ(reply.answer.records, std::vector<std::string>{"found"});
  EXPECT_EQ(reply.aliases, 2U);
  EXPECT_TRUE(reply.answer.alias);
  EXPECT_TRUE(reply.answer.authenticated);
  EXPECT_EQ(reply.answer.ttl, 40U);
}

TEST(ReplyMessage, a_dangling_alias_is_no_data_of_a_name_that_exists) {
  const DecodedReply reply = Message{.code = LDNS_RCODE_NXDOMAIN,
                                     .answers = {"a.example. 300 IN CNAME nowhere.test."},
                                     .authority = {"test. 60 IN SOA ns.test. h.test. 1 2 3 4 30"}}
                                 .decode();
  EXPECT_EQ(reply.answer.outcome, dns::Outcome::no_data);
  EXPECT_TRUE(reply.answer.alias);
  EXPECT_EQ(reply.answer.ttl, 30U);
  EXPECT_EQ(Message{.answers = {"a.example. 300 IN CNAME ."}}.decode().answer.outcome,
            dns::Outcome::no_data);
}

TEST(ReplyMessage, an_alias_without_its_end_is_to_be_asked_for) {
  const DecodedReply reply = Message{.answers = {"a.example. 300 IN CNAME b.test."}}.decode();
  EXPECT_EQ(reply.kind, DecodedReply::Kind::alias);
  ASSERT_TRUE(reply.target);
  EXPECT_EQ(reply.target->text(), "b.test");
  EXPECT_EQ(reply.aliases, 1U);
  EXPECT_EQ(reply.answer.ttl, 300U);

  const DecodedReply denied = Message{.answers = {"a.example. 300 IN CNAME b.test."},
                                      .authority = {"test. 60 IN SOA ns.test. h.test. 1 2 3 4 30"}}
                                  .decode();
  EXPECT_EQ(denied.answer.outcome, dns::Outcome::no_data) << "the end has no such record";

  const DecodedReply unrelated =
      Message{.answers = {"a.example. 300 IN CNAME b.test."}, .authority = {soa}}.decode();
  EXPECT_EQ(unrelated.kind, DecodedReply::Kind::alias) << "this SOA says nothing of b.test";
}

TEST(ReplyMessage, a_loop_of_aliases_fails) {
  const DecodedReply reply =
      Message{.answers = {"a.example. IN CNAME b.example.", "b.example. IN CNAME a.example."}}
          .decode();
  EXPECT_EQ(reply.kind, DecodedReply::Kind::failure);
  EXPECT_EQ(reply.answer.failure, dns::Failure::alias);
}

TEST(ReplyMessage, an_alias_that_was_asked_for_is_not_followed) {
  const DecodedReply reply = Message{.answers = {"a.example. 300 IN CNAME b.example."},
                                     .asked = {name("a.example"), dns::Type::cname}}
                                 .decode();
  EXPECT_EQ(reply.answer.outcome, dns::Outcome::records);
  EXPECT_EQ(reply.answer.records, std::vector<std::string>{"b.example"});
  EXPECT_TRUE(reply.answer.alias);
}

TEST(ReplyMessage, response_codes_that_are_no_answer_fail) {
  const auto code = [](ldns_pkt_rcode value) { return Message{.code = value}.decode(); };
  EXPECT_EQ(code(LDNS_RCODE_SERVFAIL).answer.failure, dns::Failure::servfail);
  EXPECT_EQ(code(LDNS_RCODE_REFUSED).answer.failure, dns::Failure::refused);
  EXPECT_EQ(code(LDNS_RCODE_NOTAUTH).answer.failure, dns::Failure::refused);
  EXPECT_EQ(code(LDNS_RCODE_FORMERR).kind, DecodedReply::Kind::no_edns);
  EXPECT_EQ(code(LDNS_RCODE_NOTIMPL).kind, DecodedReply::Kind::no_edns);
}

TEST(ReplyMessage, an_extended_response_code_is_not_taken_for_success) {
  Octets message = Message{.authority = {soa}}.encode();
  message[11] = 1;  // one additional record: OPT with the upper bits of BADVERS
  message.insert(message.end(), {0, 0, 41, 4, 208, 1, 0, 0, 0, 0, 0});
  EXPECT_EQ(decode_reply(message, question).kind, DecodedReply::Kind::no_edns);
}

TEST(ReplyMessage, a_referral_of_a_server_that_does_not_recurse_is_no_answer) {
  Message message{.authority = {"example. 300 IN NS ns.example."}, .recursive = false};
  EXPECT_EQ(message.decode().answer.failure, dns::Failure::refused);
  message.authoritative = true;
  EXPECT_EQ(message.decode().answer.outcome, dns::Outcome::no_data);
}

TEST(ReplyMessage, a_truncated_message_is_not_looked_into) {
  Octets message = Message{.answers = {"a.example. 300 IN TXT x"}}.encode();
  message[2] |= 0x02;
  message.resize(message.size() - 1);
  EXPECT_EQ(decode_reply(message, question).kind, DecodedReply::Kind::truncated);
}

TEST(ReplyMessage, every_prefix_of_a_message_is_malformed) {
  const Octets message = Message{.answers = {"a.example. 300 IN TXT x"}}.encode();
  for (std::size_t size = 0; size < message.size(); ++size) {
    const DecodedReply reply = decode_reply(OctetView(message).first(size), question);
    EXPECT_EQ(reply.kind, DecodedReply::Kind::failure) << size;
    EXPECT_EQ(reply.answer.failure, dns::Failure::malformed) << size;
  }
}

TEST(ReplyMessage, takes_a_bounded_number_of_records) {
  Message message;
  message.answers.assign(max_records + 1, "a.example. 300 IN TXT x");
  EXPECT_EQ(message.decode().answer.records.size(), max_records);
}

TEST(ReplyMessage, a_time_to_live_with_the_highest_bit_is_zero) {
  EXPECT_EQ(Message{.answers = {"a.example. 4000000000 IN TXT x"}}.decode().answer.ttl, 0U);
}

TEST(ReplyMessage, damaged_messages_are_survived) {
  const Octets message = Message{
      .answers = {"a.example. 300 IN CNAME b.example.", "b.example. 300 IN MX 10 mx.example.",
                  R"(b.example. 300 IN TXT "one" "two")"},
      .authority = {soa}}.encode();
  std::minstd_rand random(1);  // the same octets in every run
  for (int i = 0; i < 20'000; ++i) {
    Octets damaged = message;
    for (int changes = 1 + i % 4; changes > 0; --changes)
      damaged[random() % damaged.size()] = static_cast<std::uint8_t>(random());
    if (i % 5 == 0) damaged.resize(random() % damaged.size());
    const DecodedReply reply = decode_reply(damaged, question);
    EXPECT_EQ(reply.kind == DecodedReply::Kind::conclusion,
              reply.answer.outcome != dns::Outcome::temporary_failure);
    EXPECT_EQ(reply.kind == DecodedReply::Kind::alias, reply.target.has_value());
  }
}

}  // namespace
}  // namespace dmarc::resolver
