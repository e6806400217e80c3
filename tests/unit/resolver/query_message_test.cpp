#include "resolver/query_message.h"

#include <gtest/gtest.h>

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

}  // namespace
}  // namespace dmarc::resolver
