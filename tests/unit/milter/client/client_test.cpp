#include "milter/client/client.h"

#include <gtest/gtest.h>

#include "unit/milter/client/scripted_filter.h"

namespace dmarc::milter::client {
namespace {

using namespace std::string_literals;
using test::ScriptedFilter;
namespace flag = wire::protocol;

std::string negotiation(std::uint32_t protocol,
                        std::map<wire::Stage, std::vector<std::string>> macros = {}) {
  return wire::packet('O', wire::encode({6, wire::action::all, protocol, std::move(macros)}));
}

const std::string proceed = wire::packet('c');
const std::string accept_it = wire::packet('a');

Client connected(ScriptedFilter& filter) {
  auto client = Client::connect_to(filter.spec(), {});
  if (!client) throw std::runtime_error(client.error().text);
  return std::move(*client);
}

base::IpAddress address(std::string_view text) {
  return *base::IpAddress::parse(text);
}

TEST(Client, offers_what_postfix_offers) {
  ScriptedFilter filter({negotiation(0)});
  connected(filter).quit();
  ASSERT_EQ(filter.commands(), "OQ");
  const auto offer = wire::decode_negotiation(filter.received()[0].data);
  EXPECT_EQ(offer->version, 6U);
  EXPECT_EQ(offer->actions, 0x1ffU);
  EXPECT_EQ(offer->protocol, 0x1fffffU);
}

TEST(Client, tells_a_whole_message_in_order) {
  ScriptedFilter filter({negotiation(0), proceed, proceed, proceed, proceed, proceed, proceed,
                         proceed, proceed, accept_it, ""});
  Client client = connected(filter);
  EXPECT_TRUE(client.connect("mail.example.net", address("192.0.2.1"), 0x1234));
  EXPECT_TRUE(client.helo("mail.example.net"));
  EXPECT_TRUE(client.mail("<a@example.net>", {"SIZE=10"}));
  EXPECT_TRUE(client.rcpt("<b@example.org>"));
  EXPECT_TRUE(client.data());
  EXPECT_TRUE(client.header("Subject", " one\r\n two"));
  EXPECT_TRUE(client.end_of_header());
  EXPECT_TRUE(client.body("text\r\n"));
  const auto end = client.end_of_message();
  ASSERT_TRUE(end);
  EXPECT_EQ(end->answer.kind, Response::Kind::accept);
  EXPECT_TRUE(client.abort());
  client.quit();
  EXPECT_EQ(filter.commands(), "OCHMRTLNBEAQ");
  EXPECT_EQ(filter.received()[1].data,
            "mail.example.net\0004\x12\x34"
            "192.0.2.1\0"s);
  EXPECT_EQ(filter.received()[3].data, "<a@example.net>\0SIZE=10\0"s);
  EXPECT_EQ(filter.received()[6].data, "Subject\0one\n two\0"s);
}

TEST(Client, gives_an_ipv6_address_and_an_unknown_family_their_own_forms) {
  ScriptedFilter filter({negotiation(0), proceed, "", proceed, ""});
  Client client = connected(filter);
  EXPECT_TRUE(client.connect("six", address("2001:db8::1"), 25));
  EXPECT_TRUE(client.quit_new_connection());
  EXPECT_TRUE(client.connect("unknown", std::nullopt));
  client.quit();
  EXPECT_EQ(filter.commands(), "OCKCQ");
  EXPECT_EQ(filter.received()[1].data,
            "six\0006\0\x19"
            "2001:db8::1\0"s);
  EXPECT_EQ(filter.received()[3].data, "unknown\0U"s);
}

TEST(Client, keeps_quiet_about_events_that_the_filter_does_not_want) {
  ScriptedFilter filter({negotiation(flag::no_helo | flag::no_rcpt | flag::no_data | flag::no_body |
                                     flag::no_end_of_header),
                         proceed, proceed, proceed, accept_it});
  Client client = connected(filter);
  EXPECT_TRUE(client.connect("h", address("192.0.2.1")));
  EXPECT_TRUE(client.helo("h"));
  EXPECT_TRUE(client.mail("<>"));
  EXPECT_TRUE(client.rcpt("<b@example.org>"));
  EXPECT_TRUE(client.data());
  EXPECT_TRUE(client.header("From", "x"));
  EXPECT_TRUE(client.end_of_header());
  EXPECT_TRUE(client.body("text"));
  EXPECT_TRUE(client.end_of_message());
  client.quit();
  EXPECT_EQ(filter.commands(), "OCMLEQ");
}

TEST(Client, does_not_wait_for_answers_that_the_filter_does_not_give) {
  ScriptedFilter filter(
      {negotiation(flag::silent_connect | flag::silent_header), "", "", "", proceed});
  Client client = connected(filter);
  EXPECT_TRUE(client.connect("h", address("192.0.2.1")));
  EXPECT_TRUE(client.header("A", "1"));
  EXPECT_TRUE(client.header("B", "2"));
  EXPECT_TRUE(client.end_of_header());
  client.quit();
  EXPECT_EQ(filter.commands(), "OCLLNQ");
}

TEST(Client, sends_the_macros_of_each_stage_that_have_a_value) {
  ScriptedFilter filter({negotiation(0), proceed, proceed, proceed, proceed});
  Client client = connected(filter);
  client.set_macro("j", "mx.example.org");
  client.set_macro("auth_authen", "alice");
  EXPECT_TRUE(client.connect("h", address("192.0.2.1")));
  EXPECT_TRUE(client.helo("h"));
  EXPECT_TRUE(client.mail("<>"));
  client.set_macro("i", "4F2A");
  EXPECT_TRUE(client.header("A", "1"));
  client.quit();
  EXPECT_EQ(filter.commands(), "ODCHDMDLQ");
  EXPECT_EQ(filter.received()[1].data, "Cj\0mx.example.org\0"s);
  EXPECT_EQ(filter.received()[4].data, "M{auth_authen}\0alice\0"s);
  EXPECT_EQ(filter.received()[6].data, "Li\0004F2A\0"s);
}

TEST(Client, sends_the_macros_that_the_filter_asked_for_instead) {
  ScriptedFilter filter(
      {negotiation(0, {{wire::Stage::mail, {"{client_addr}"}}}), proceed, proceed});
  Client client = connected(filter);
  client.set_macro("j", "mx");
  client.set_macro("i", "1");
  client.set_macro("client_addr", "192.0.2.1");
  EXPECT_TRUE(client.mail("<>"));
  EXPECT_TRUE(client.data());
  client.quit();
  EXPECT_EQ(filter.commands(), "ODMDTQ");
  EXPECT_EQ(filter.received()[1].data, "M{client_addr}\000192.0.2.1\0"s);
}

TEST(Client, leaves_the_leading_blanks_to_filters_that_ask_for_them) {
  ScriptedFilter filter({negotiation(flag::leading_space), proceed, proceed, proceed});
  Client client = connected(filter);
  EXPECT_TRUE(client.header("A", " 1"));
  EXPECT_TRUE(client.header("B", "2"));
  EXPECT_TRUE(client.header("C", "  3"));
  client.quit();
  EXPECT_EQ(filter.received()[1].data, "A\0 1\0"s);
  EXPECT_EQ(filter.received()[2].data, "B\0002\0"s);
  EXPECT_EQ(filter.received()[3].data, "C\0  3\0"s);
}

TEST(Client, takes_one_blank_away_for_other_filters) {
  ScriptedFilter filter({negotiation(0), proceed, proceed, proceed});
  Client client = connected(filter);
  EXPECT_TRUE(client.header("A", "  1"));
  EXPECT_TRUE(client.header("B", "2"));
  EXPECT_TRUE(client.header("C", "\t3"));
  client.quit();
  EXPECT_EQ(filter.received()[1].data, "A\0 1\0"s);
  EXPECT_EQ(filter.received()[2].data, "B\0002\0"s);
  EXPECT_EQ(filter.received()[3].data, "C\0\t3\0"s);
}

TEST(Client, shows_inserted_fields_as_the_message_gets_them) {
  for (const bool own_blank : {false, true}) {
    const std::string insertion = own_blank ? "\0\0\0\0N\0 v\0"s : "\0\0\0\0N\0v\0"s;
    ScriptedFilter filter({negotiation(own_blank ? flag::leading_space : 0),
                           wire::packet('i', insertion) + accept_it});
    Client client = connected(filter);
    const auto end = client.end_of_message();
    client.quit();
    ASSERT_TRUE(end && end->edits.header.size() == 1U);
    EXPECT_EQ(end->edits.header.front().value, " v");
  }
}

TEST(Client, cuts_a_header_value_where_postfix_cuts_it) {
  ScriptedFilter filter({negotiation(0), proceed});
  Client client = connected(filter);
  EXPECT_TRUE(client.header("A", std::string(70000, 'x')));
  client.quit();
  EXPECT_EQ(filter.received()[1].data.size(), 60000U + 3);
}

TEST(Client, cuts_a_body_into_chunks_and_stops_when_the_filter_skips_the_rest) {
  ScriptedFilter filter({negotiation(flag::skip), proceed, wire::packet('s'), accept_it});
  Client client = connected(filter);
  EXPECT_TRUE(client.body(std::string(3 * wire::max_chunk, 'x')));
  EXPECT_TRUE(client.body("more"));
  EXPECT_TRUE(client.end_of_message());
  client.quit();
  EXPECT_EQ(filter.commands(), "OBBEQ");
  EXPECT_EQ(filter.received()[1].data.size(), wire::max_chunk);
}

TEST(Client, a_message_that_was_accepted_is_kept_from_the_filter_and_the_next_is_not) {
  ScriptedFilter filter({negotiation(0), accept_it, "", proceed});
  Client client = connected(filter);
  EXPECT_EQ(client.mail("<a@example.net>")->kind, Response::Kind::accept);
  EXPECT_EQ(client.header("A", "1")->kind, Response::Kind::accept);
  EXPECT_EQ(client.end_of_message()->answer.kind, Response::Kind::accept);
  EXPECT_TRUE(client.abort());
  EXPECT_EQ(client.mail("<b@example.net>")->kind, Response::Kind::proceed);
  client.quit();
  EXPECT_EQ(filter.commands(), "OMAMQ");
}

TEST(Client, a_connection_that_was_accepted_is_kept_from_the_filter_to_its_end) {
  ScriptedFilter filter({negotiation(0), accept_it, "", proceed});
  Client client = connected(filter);
  EXPECT_EQ(client.connect("h", address("127.0.0.1"))->kind, Response::Kind::accept);
  EXPECT_EQ(client.helo("h")->kind, Response::Kind::accept);
  EXPECT_EQ(client.mail("<>")->kind, Response::Kind::accept);
  EXPECT_TRUE(client.abort());
  EXPECT_EQ(client.mail("<>")->kind, Response::Kind::accept);
  EXPECT_TRUE(client.quit_new_connection());
  EXPECT_EQ(client.connect("h", address("192.0.2.1"))->kind, Response::Kind::proceed);
  client.quit();
  EXPECT_EQ(filter.commands(), "OCKCQ");
}

TEST(Client, a_reply_of_the_filter_becomes_the_smtp_reply_with_single_percent_signs) {
  ScriptedFilter filter({negotiation(0), wire::packet('y', "550 5.7.1 100%% sure\0"s),
                         wire::packet('y', "451 4.7.1 later\0"s)});
  Client client = connected(filter);
  const auto rejected = client.end_of_message();
  EXPECT_EQ(rejected->answer.kind, Response::Kind::reject);
  EXPECT_EQ(rejected->answer.smtp_reply(), "550 5.7.1 100% sure");
  const auto deferred = client.end_of_message();
  EXPECT_EQ(deferred->answer.kind, Response::Kind::tempfail);
  EXPECT_EQ(deferred->answer.smtp_reply(), "451 4.7.1 later");
  client.quit();
}

TEST(Client, a_bare_refusal_gets_the_words_of_postfix) {
  ScriptedFilter filter({negotiation(0), wire::packet('r'), wire::packet('t')});
  Client client = connected(filter);
  EXPECT_EQ(client.mail("<>")->smtp_reply(), "550 5.7.1 Command rejected");
  EXPECT_EQ(client.mail("<>")->smtp_reply(), "451 4.7.1 Service unavailable - try again later");
  client.quit();
}

TEST(Client, collects_the_changes_that_come_before_the_final_answer) {
  ScriptedFilter filter(
      {negotiation(0), wire::packet('p') +
                           wire::packet('i', wire::Fields().number(0).text("A").text("b").take()) +
                           wire::packet('q', "held\0"s) + proceed});
  Client client = connected(filter);
  const auto end = client.end_of_message();
  ASSERT_TRUE(end);
  ASSERT_EQ(end->edits.header.size(), 1U);
  EXPECT_EQ(end->edits.header[0].name, "A");
  EXPECT_EQ(end->edits.quarantine, "held");
  client.quit();
}

TEST(Client, an_answer_against_the_protocol_is_an_error) {
  ScriptedFilter filter({negotiation(0), wire::packet('y', "hello\0"s)});
  Client client = connected(filter);
  const auto answer = client.mail("<>");
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().kind, Error::Kind::protocol);
  EXPECT_EQ(answer.error().text, "malformed SMTP reply \"hello\\x00\"");
  client.quit();
}

TEST(Client, changes_are_allowed_at_the_end_of_a_message_only) {
  ScriptedFilter filter({negotiation(0), wire::packet('q', "held\0"s)});
  Client client = connected(filter);
  const auto answer = client.mail("<>");
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().kind, Error::Kind::protocol);
  client.quit();
}

TEST(Client, a_filter_that_wants_more_than_was_offered_is_an_error) {
  ScriptedFilter filter({wire::packet('O', wire::encode({7, 0, 0, {}}))});
  const auto client = Client::connect_to(filter.spec(), {});
  ASSERT_FALSE(client);
  EXPECT_EQ(client.error().text, "the filter wants protocol version 7");
}

TEST(Client, a_filter_that_goes_away_is_an_error) {
  ScriptedFilter filter({negotiation(0)});
  Client client = connected(filter);
  const auto answer = client.mail("<>");
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().kind, Error::Kind::closed);
}

TEST(Client, a_filter_that_does_not_answer_is_an_error_after_the_timeout) {
  ScriptedFilter filter({""});
  const auto client =
      Client::connect_to(filter.spec(), {.timeout = std::chrono::milliseconds(1), .offer = {}});
  ASSERT_FALSE(client);
  EXPECT_EQ(client.error().kind, Error::Kind::timeout);
  EXPECT_EQ(client.error().text, "no answer within 1 ms");
}

}  // namespace
}  // namespace dmarc::milter::client
