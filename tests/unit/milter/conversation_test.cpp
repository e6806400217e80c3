#include "milter/conversation.h"

#include <gtest/gtest.h>

#include "conversation_support.h"
#include "support/manual_resolver.h"

namespace dmarc::milter {
namespace {

using namespace std::string_literals;
using namespace test;
using State = Conversation::State;

class ConversationTest : public testing::Test {
 protected:
  Conversation& conversation() {
    if (!conversation_) conversation_.emplace(options_, false, [this] { ++wakes_; });
    return *conversation_;
  }

  /// What is answered.
  std::string say(const std::string& octets) {
    std::string_view rest = octets;
    std::string answers;
    conversation().receive(rest, answers);
    left_ = rest;
    return answers;
  }

  std::string advance() {
    std::string answers;
    conversation().advance(answers);
    return answers;
  }

  World world_;
  EngineOptions options_ = world_.options();
  int wakes_ = 0;
  std::string left_;
  std::optional<Conversation> conversation_;
};

std::optional<wire::Negotiation> terms_in(const std::string& answer) {
  std::string_view rest = answer;
  const auto packet = wire::take_packet(rest);
  if (!packet || !*packet) return std::nullopt;
  return wire::decode_negotiation((*packet)->data);
}

TEST_F(ConversationTest, negotiates_what_both_sides_know) {
  const auto negotiated = terms_in(say(offer()));
  ASSERT_TRUE(negotiated);
  EXPECT_EQ(negotiated->version, 6U);
  EXPECT_EQ(negotiated->macros, wanted_macros());
}

TEST_F(ConversationTest, an_mta_of_the_future_gets_our_version) {
  EXPECT_EQ(terms_in(say(offer(7)))->version, 6U);
}

TEST_F(ConversationTest, an_older_mta_gets_its_own_version_and_no_list_of_macros) {
  const auto negotiated = terms_in(say(offer(2, 0x3f, 0x7f)));
  ASSERT_TRUE(negotiated);
  EXPECT_EQ(negotiated->version, 2U);
  EXPECT_TRUE(negotiated->macros.empty());
  EXPECT_EQ(negotiated->protocol & ~0x7fU, 0U);
}

TEST_F(ConversationTest, without_the_required_actions_the_connection_ends_and_the_log_says_why) {
  EXPECT_EQ(say(offer(6, wire::action::add_headers)), "");
  EXPECT_EQ(conversation().state(), State::closed);
  EXPECT_EQ(world_.log.count(log::Id::actions_missing), 1U);
}

TEST_F(ConversationTest, nothing_is_done_before_the_negotiation) {
  for (const std::string& first :
       {client_packet(), mail_packet("<a@b.example>"), packet(Command::end_of_message),
        packet(Command::abort), packet(Command::macro, "Mi\0x\0"s)}) {
    conversation_.reset();
    EXPECT_EQ(say(first), "");
    EXPECT_EQ(conversation().state(), State::closed);
  }
}

TEST_F(ConversationTest, a_second_negotiation_ends_the_connection) {
  say(offer() + offer());
  EXPECT_EQ(conversation().state(), State::closed);
}

TEST_F(ConversationTest, silent_events_are_not_answered) {
  EXPECT_EQ(codes(say(offer() + client_packet() + packet(Command::helo, "mail\0"s) +
                      mail_packet("<a@b.example>") + header_packet("Subject", "x"))),
            "Occ");
}

TEST_F(ConversationTest, an_mta_without_options_gets_an_answer_to_each_event) {
  EXPECT_EQ(codes(say(offer(2, 0x3f, 0) + client_packet() + packet(Command::helo, "mail\0"s) +
                      mail_packet("<a@b.example>") + packet(Command::rcpt, "<x@y.example>\0"s) +
                      packet(Command::unknown, "NOOP\0"s) + packet(Command::data) +
                      header_packet("Subject", "x") + packet(Command::end_of_header) +
                      packet(Command::body, "text") + packet(Command::end_of_message))),
            "Occcccccccia");
}

TEST_F(ConversationTest, judges_messages_one_after_another) {
  say(offer() + client_packet());
  EXPECT_EQ(codes(say(message_packets("a@author.example"))), "cy550");
  EXPECT_EQ(codes(say(message_packets("a@none.example"))), "cia");
  EXPECT_EQ(codes(say(packet(Command::abort) + message_packets("a@author.example"))), "cy550");
}

TEST_F(ConversationTest, a_message_without_mail_or_client_is_deferred) {
  say(offer());
  EXPECT_EQ(codes(say(packet(Command::end_of_message))), "t");
  EXPECT_EQ(codes(say(message_packets("a@none.example"))), "tt");
  say(client_packet());
  EXPECT_EQ(codes(say(packet(Command::end_of_message))), "t");
}

TEST_F(ConversationTest, an_abort_forgets_the_message_and_its_macros) {
  say(offer() + client_packet());
  say(macro_packet(Command::mail, "i", "FIRST") + mail_packet("<a@b.example>") +
      header_packet("From", "a@author.example") + packet(Command::abort));
  EXPECT_EQ(codes(say(message_packets("a@none.example"))), "cia");
  EXPECT_EQ(world_.log.count(log::Id::no_job_id), 1U);
  EXPECT_TRUE(world_.log.texts().back().starts_with("(unknown-jobid)"));
}

TEST_F(ConversationTest, another_client_on_the_same_connection_inherits_nothing) {
  world_.settings.ignore_authenticated_clients = true;
  say(offer() + client_packet());
  EXPECT_EQ(codes(say(macro_packet(Command::mail, "{auth_authen}", "user") +
                      mail_packet("<a@b.example>"))),
            "a");
  EXPECT_EQ(codes(say(packet(Command::abort) + packet(Command::quit_new_connection) +
                      client_packet() + message_packets("a@author.example"))),
            "ccy550");
}

// T9: an authenticated MAIL, then a client whose events bring no macros.
TEST_F(ConversationTest, macros_count_for_their_own_event_alone) {
  world_.settings.ignore_authenticated_clients = true;
  const std::string login = macro_packet(Command::mail, "{auth_authen}", "user");
  say(offer() + client_packet());
  EXPECT_EQ(codes(say(login + mail_packet("<a@b.example>") + packet(Command::quit_new_connection) +
                      client_packet() + message_packets("a@author.example"))),
            "accy550");
  EXPECT_EQ(codes(say(login + mail_packet("<a@b.example>") + message_packets("a@author.example"))),
            "acy550");
  EXPECT_EQ(codes(say(macro_packet(Command::mail, "{auth_authen}", "") +
                      message_packets("a@author.example"))),
            "cy550")
      << "empty is absent";
}

TEST_F(ConversationTest, the_name_of_the_mta_is_that_of_this_connection) {
  world_.settings.authserv_id.clear();
  say(offer() + macro_packet(Command::connect, "j", "mx.first.example") + client_packet());
  EXPECT_NE(say(message_packets("a@none.example")).find("mx.first.example"), std::string::npos);
  say(packet(Command::abort) + packet(Command::quit_new_connection) + client_packet());
  EXPECT_EQ(say(message_packets("a@none.example")).find("mx.first.example"), std::string::npos);
}

TEST_F(ConversationTest, a_body_that_nothing_needs_is_skipped) {
  world_.settings.dkim_self_validate = policy::SelfValidate::automatic;
  const std::string chunks = packet(Command::body, "one") + packet(Command::body, "two");
  const std::string header = client_packet() + mail_packet("<a@b.example>") +
                             header_packet("From", "a@author.example") +
                             packet(Command::end_of_header);
  EXPECT_EQ(codes(say(offer() + header + chunks + packet(Command::end_of_message))), "Occssy550");
  conversation_.reset();
  const std::string old = offer(6, wire::action::all, wire::protocol::all & ~wire::protocol::skip);
  EXPECT_EQ(codes(say(old + header + chunks + packet(Command::end_of_message, "three"))),
            "Occccy550")
      << "an MTA that can't skip is told to go on";
}

TEST_F(ConversationTest, settings_that_want_more_than_was_negotiated_wait_for_a_new_connection) {
  world_.settings.dkim_self_validate = policy::SelfValidate::never;
  world_.settings.dkim_ignore_results = true;
  say(offer());
  world_.settings.dkim_self_validate = policy::SelfValidate::automatic;
  world_.settings.authserv_id = "new";
  say(client_packet());
  EXPECT_NE(say(message_packets("a@none.example")).find("mx;"), std::string::npos);
  world_.settings.dkim_self_validate = policy::SelfValidate::never;
  say(packet(Command::abort) + packet(Command::quit_new_connection) + client_packet());
  EXPECT_NE(say(message_packets("a@none.example")).find("new;"), std::string::npos);
}

TEST_F(ConversationTest, over_the_limit_connections_are_refused) {
  const auto first = world_.connection_limit.admit();
  const auto second = world_.connection_limit.admit();
  say(offer());
  EXPECT_EQ(codes(say(client_packet())), "t");
  EXPECT_TRUE(conversation().is_introduced());
  EXPECT_EQ(codes(say(message_packets("a@none.example"))), "tt");
}

TEST_F(ConversationTest, a_quit_ends_it) {
  EXPECT_EQ(codes(say(offer() + client_packet() + packet(Command::quit) + client_packet())), "Oc");
  EXPECT_EQ(conversation().state(), State::closed);
}

TEST_F(ConversationTest, malformed_packets_end_it) {
  for (const std::string& bad :
       {packet('!'), "\0\0\0\0"s, "\xff\xff\xff\xffL"s, packet(Command::connect, "no end"),
        client_packet("not an address"),
        packet(Command::connect,
               "x\0"
               "9\0\0"s),
        packet(Command::mail, "no end"), packet(Command::header, "name only\0"s),
        packet(Command::helo)}) {
    conversation_.reset();
    say(offer() + client_packet());
    say(bad);
    EXPECT_EQ(conversation().state(), State::closed) << testing::PrintToString(bad);
  }
}

TEST_F(ConversationTest, what_the_mta_did_not_allow_is_not_asked_for_but_logged) {
  world_.settings.trusted_authserv_ids = {"mx"};
  say(offer(6, required_actions()) + client_packet() + mail_packet("<a@b.example>") +
      header_packet("Authentication-Results", "mx; spf=pass smtp.mailfrom=b.example") +
      header_packet("Authentication-Results", "mx; spf=pass smtp.mailfrom=y.example") +
      header_packet("From", "a@none.example"));
  EXPECT_EQ(codes(say(packet(Command::end_of_message))), "ia");
  EXPECT_EQ(world_.log.count(log::Id::remove_header_failed), 1U);
}

TEST_F(ConversationTest, pieces_of_any_size_mean_the_same) {
  const std::string octets = offer() + client_packet() + message_packets("a@author.example") +
                             message_packets("a@none.example");
  const std::string whole = say(octets);
  for (std::size_t size = 1; size < 40; ++size) {
    conversation_.reset();
    std::string answers, unread;
    for (std::size_t at = 0; at < octets.size(); at += size) {
      unread += octets.substr(at, size);
      answers += say(unread);
      unread = left_;
    }
    EXPECT_EQ(answers, whole) << size;
  }
}

class SuspendedConversation : public ConversationTest {
 protected:
  SuspendedConversation() {
    world_.resolver = resolver_;
    say(offer() + client_packet());
  }

  static dns::Question policy_question(std::string_view name) {
    return {*dns::Name::parse(name), dns::Type::txt};
  }

  void answer_policy() {
    resolver_->answer(policy_question("_dmarc.author.example"),
                      text_answer("v=DMARC1; p=reject; psd=n"));
    resolver_->answer(policy_question("_dmarc.example"), text_answer("nothing"));
  }

  std::shared_ptr<ManualResolver> resolver_ = std::make_shared<ManualResolver>();
};

TEST_F(SuspendedConversation, takes_nothing_more_until_the_message_has_its_answer) {
  EXPECT_EQ(codes(say(message_packets("a@author.example") + packet(Command::abort))), "c");
  EXPECT_EQ(conversation().state(), State::judging);
  EXPECT_EQ(left_, packet(Command::abort));
  EXPECT_EQ(advance(), "");
  EXPECT_EQ(conversation().state(), State::judging);
  answer_policy();
  EXPECT_GT(wakes_, 0);
  EXPECT_EQ(codes(advance()), "y550");
  EXPECT_EQ(conversation().state(), State::open);
  EXPECT_EQ(advance(), "") << "a call too many does nothing";
}

TEST_F(SuspendedConversation, a_message_is_in_progress_until_it_is_settled) {
  say(message_packets("a@author.example"));
  EXPECT_EQ(world_.connection_limit.messages(), 1U);
  conversation().settle();
  EXPECT_EQ(world_.connection_limit.messages(), 1U);
  answer_policy();
  advance();
  conversation().settle();
  EXPECT_EQ(world_.connection_limit.messages(), 0U);
}

TEST_F(SuspendedConversation, may_be_given_up) {
  say(message_packets("a@author.example"));
  conversation_.reset();
  EXPECT_EQ(world_.connection_limit.connections(), 0U);
  answer_policy();
  EXPECT_EQ(wakes_, 0);
}

class FailingResolver final : public dns::AsyncResolver {
 public:
  void resolve(const dns::Question&, Callback) override { throw std::runtime_error("no memory"); }
};

TEST_F(ConversationTest, an_exception_defers_the_message_and_is_logged) {
  world_.resolver = std::make_shared<FailingResolver>();
  EXPECT_EQ(codes(say(offer() + client_packet() + message_packets("a@author.example"))), "Occt");
  EXPECT_EQ(world_.log.count(log::Id::internal_error), 1U);
  world_.resolver = World().resolver;
  EXPECT_EQ(conversation().state(), State::open);
}

}  // namespace
}  // namespace dmarc::milter
