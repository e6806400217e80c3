// A session that verifies signatures: when it wants the body, what it waits for, and for how long.
// The messages were signed by a program of its own, written from RFC 6376.
#include <gtest/gtest.h>

#include <chrono>
#include <memory>
#include <string>
#include <utility>

#include <dmarc/zone.h>

#include "filter/environment.h"
#include "filter/session.h"
#include "support/arc_chain.h"
#include "support/log_capture.h"
#include "support/manual_resolver.h"
#include "support/signed_message.h"

namespace dmarc::filter {
namespace {

using namespace std::chrono_literals;
using test::text_answer;

constexpr std::string_view key =
    "v=DKIM1; k=ed25519; p=KJOuT2zf+ubqMBxinjuQb6r+RD0SXEoqLVrDc6Kyc5k=";
constexpr std::string_view body = "A line  with   blanks \r\n\r\n\tand a tab\r\nlast\r\n\r\n\r\n";
constexpr std::string_view signed_by_author =
    " v=1; a=ed25519-sha256; c=relaxed/relaxed; d=author.example; s=key;\n"
    " h=from:subject; bh=RMd/TEXKTEvF1NOSzjRsxNtBT9tAAWCAfxxhCgDT56Y=;\n"
    " b=T8z+yMcz6/8Q0cYyUB6WTKtX0mjgp/mafl5CpdlywraoEiMVpPb5aafwid8FeKXu0l7qw0SILZ1oJeUEonaMBg==";
constexpr std::string_view signed_by_other =
    " v=1; a=ed25519-sha256; c=relaxed/relaxed; d=slow.example; s=key;\n"
    " h=from:subject; bh=RMd/TEXKTEvF1NOSzjRsxNtBT9tAAWCAfxxhCgDT56Y=;\n"
    " b=8rtipX1ukDQxSaeuaDkeBD1JZG4t7XNB/mIAiy1p4IviASrfDT0As5Qrndxk4/yaPqrEym5j6KfzqbmTEPDhCA==";

dns::Question txt(std::string_view name) {
  return {*dns::Name::parse(name), dns::Type::txt};
}

class SignedSession : public testing::Test {
 protected:
  SignedSession() {
    settings_.authserv_id = "mx.example.org";
    settings_.dkim_self_validate = policy::SelfValidate::automatic;
  }

  void begin(std::initializer_list<std::string_view> signatures) {
    begin_connection();
    for (const std::string_view signature : signatures)
      session_->header("DKIM-Signature", signature);
    session_->header("From", " Ann <ann@author.example>");
    session_->header("Subject", " folded\n\tonce");
    session_->end_of_header();
  }

  /// And MAIL.
  void begin_connection() {
    auto environment = std::make_shared<Environment>();
    environment->settings = std::make_shared<const policy::Settings>(settings_);
    environment->resolver = resolver_;
    environment->lookup_limits.timeout = 60s;
    environment->sink = &log_;
    session_ = std::make_unique<Session>(
        environment, [this] { ++wakes_; }, Transfer{.leading_blanks = true});
    session_->connect("client.example", base::IpAddress::parse("192.0.2.1"));
    session_->mail("<a@sender.example>", no_macros);
  }

  std::optional<policy::Judgement> end() { return session_->end_of_message(no_macros); }

  static std::optional<std::string> no_macros(std::string_view) { return std::nullopt; }

  policy::Settings settings_;
  test::LogCapture log_;
  std::shared_ptr<test::ManualResolver> resolver_ = std::make_shared<test::ManualResolver>();
  std::unique_ptr<Session> session_;
  std::size_t wakes_ = 0;
};

dns::Zone signed_zone() {
  return *dns::Zone::parse(
      "_dmarc.author.example TXT \"v=DMARC1; p=reject\"\n"
      "key._domainkey.author.example TXT \"" +
      std::string(key) + "\"\n");
}

TEST_F(SignedSession, wants_the_body_only_for_a_signature_that_can_be_verified) {
  begin({signed_by_author});
  EXPECT_EQ(session_->body("A line"), Response::proceed);
  begin({});
  EXPECT_EQ(session_->body("A line"), Response::skip);
  begin({" v=1; a=rsa-sha1; d=author.example", " garbage"});
  EXPECT_EQ(session_->body("A line"), Response::skip);
  settings_.dkim_self_validate = policy::SelfValidate::never;
  begin({signed_by_author});
  EXPECT_EQ(session_->body("A line"), Response::skip);
}

TEST_F(SignedSession, asks_for_keys_before_the_body_comes) {
  begin({signed_by_other, signed_by_author});
  EXPECT_EQ(resolver_->times_asked(txt("key._domainkey.author.example")), 1U);
  EXPECT_EQ(resolver_->times_asked(txt("key._domainkey.slow.example")), 1U);
}

// All that a signed message of a new author waits for is asked side by side.
TEST_F(SignedSession, a_signed_message_waits_for_one_round_of_answers) {
  dns::Zone zone = signed_zone();
  begin({signed_by_author});
  session_->body(body);
  EXPECT_FALSE(end());
  resolver_->answer_all(zone);
  const auto judgement = session_->advance();
  ASSERT_TRUE(judgement);
  EXPECT_EQ(judgement->result, Result::pass);
}

// The session asks to be called again, so that others of its thread come between.
TEST_F(SignedSession, many_signatures_are_verified_in_turns) {
  dns::Zone zone = signed_zone();
  begin({signed_by_author, signed_by_author, signed_by_author, signed_by_author, signed_by_author,
         signed_by_author, signed_by_author, signed_by_author, signed_by_author, signed_by_author,
         signed_by_author, signed_by_author, signed_by_author, signed_by_author, signed_by_author,
         signed_by_author, signed_by_author, signed_by_author, signed_by_author, signed_by_author});
  session_->body(body);
  EXPECT_FALSE(end());
  EXPECT_TRUE(resolver_->answer_all(zone));
  wakes_ = 0;
  EXPECT_FALSE(session_->advance());
  EXPECT_EQ(wakes_, 1U);
  const auto judgement = session_->advance();
  ASSERT_TRUE(judgement);
  EXPECT_EQ(judgement->result, Result::pass);
}

TEST_F(SignedSession, pieces_of_the_body_may_end_anywhere) {
  dns::Zone zone = signed_zone();
  for (std::size_t size = 1; size <= body.size(); ++size) {
    begin({signed_by_author});
    resolver_->answer_all(zone);
    for (std::size_t at = 0; at < body.size(); at += size)
      EXPECT_EQ(session_->body(body.substr(at, size)), Response::proceed);
    auto judgement = end();
    while (!judgement) {
      ASSERT_GT(resolver_->answer_all(zone), 0U);
      judgement = session_->advance();
    }
    EXPECT_EQ(judgement->result, Result::pass) << size;
  }
}

TEST_F(SignedSession, a_body_that_was_changed_does_not_pass) {
  dns::Zone zone = signed_zone();
  begin({signed_by_author});
  session_->body(body);
  session_->body("more\r\n");
  auto judgement = end();
  while (!judgement) {
    ASSERT_GT(resolver_->answer_all(zone), 0U);
    judgement = session_->advance();
  }
  EXPECT_EQ(judgement->result, Result::fail);
}

// A signer with dead servers must not hold up what is certain (attack DK-06).
TEST_F(SignedSession, others_are_waited_for_one_second_once_the_verdict_is_certain) {
  dns::Zone zone = signed_zone();
  begin({signed_by_other, signed_by_author});
  session_->body(body);
  EXPECT_FALSE(end());
  EXPECT_GT(session_->deadline(), std::chrono::steady_clock::now() + 50s);
  resolver_->answer(txt("_dmarc.author.example"), text_answer("v=DMARC1; p=reject"));
  EXPECT_FALSE(session_->advance());
  resolver_->answer(txt("key._domainkey.author.example"), text_answer(std::string(key)));
  EXPECT_FALSE(session_->advance()) << "the other key is still open";
  const auto deadline = session_->deadline();
  EXPECT_LE(deadline, std::chrono::steady_clock::now() + 1s);
  EXPECT_FALSE(session_->advance());
  EXPECT_EQ(session_->deadline(), deadline) << "one second in all";
}

/// A zone in which one key is never found.
class KeylessZone : public dns::AsyncResolver {
 public:
  KeylessZone(dns::Zone zone, std::string_view key_name)
      : zone_(std::move(zone)), key_(txt(key_name)) {}
  void resolve(const dns::Question& question, Callback done) override {
    if (question != key_) zone_.resolve(question, std::move(done));
  }

 private:
  dns::Zone zone_;
  dns::Question key_;
};

// Also where the domain that signed is the Organizational Domain, and not the author's own.
TEST_F(SignedSession, a_pass_under_relaxed_alignment_makes_the_verdict_certain) {
  const std::string_view from = " Ann <ann@sub.author.example>";
  const std::string by_organization = test::signature_value(
      mail::HeaderBlock{{"From", from}},
      "v=1; a=ed25519-sha256; c=relaxed/relaxed; d=author.example; s=key; h=from", body);
  dns::Zone published = *dns::Zone::parse("_dmarc.author.example TXT \"v=DMARC1; p=reject\"\n");
  published.add(txt("key._domainkey.author.example").name, dns::Type::txt, test::ed25519_record());
  KeylessZone zone(std::move(published), "key._domainkey.slow.example");
  begin_connection();
  session_->header("DKIM-Signature", signed_by_other);
  session_->header("DKIM-Signature", by_organization);
  session_->header("From", from);
  session_->end_of_header();
  session_->body(body);
  EXPECT_FALSE(end());
  while (resolver_->answer_all(zone) > 0)
    EXPECT_FALSE(session_->advance()) << "the other key is still open";
  EXPECT_LE(session_->deadline(), std::chrono::steady_clock::now() + 1s);
}

/// Sealed by lists.example, who found the author's DMARC to pass.
class SealedSession : public SignedSession {
 protected:
  SealedSession() {
    settings_.dkim_self_validate = policy::SelfValidate::never;
    settings_.reject_failures = true;
    settings_.domain_whitelist = {*dns::Name::parse("lists.example")};
    chain_.seal({.auth_results = "lists.example; dmarc=pass header.from=author.example",
                 .names = "from:subject"});
  }

  /// Up to the end of the header; `results` is an Authentication-Results field on top.
  void begin_sealed(std::string_view results = {}) {
    begin_connection();
    if (!results.empty()) session_->header("Authentication-Results", results);
    for (const auto& [name, value] : chain_.fields())
      session_->header(name, value);
    session_->end_of_header();
  }

  std::optional<policy::Judgement> judged(dns::Zone& zone) {
    auto judgement = end();
    while (!judgement && resolver_->answer_all(zone) > 0)
      judgement = session_->advance();
    return judgement;
  }

  dns::Zone zone() {
    dns::Zone zone = chain_.zone();
    zone.add(*dns::Name::parse("_dmarc.author.example"), dns::Type::txt, "v=DMARC1; p=reject");
    return zone;
  }

  test::ArcChain chain_{{{"From", " Ann <ann@author.example>"}, {"Subject", " Hello"}},
                        std::string(body)};
};

TEST_F(SealedSession, a_chain_needs_the_body_and_keys_of_its_own) {
  dns::Zone zone = this->zone();
  begin_sealed();
  EXPECT_EQ(resolver_->times_asked(txt("arc._domainkey.lists.example")), 1U);
  EXPECT_EQ(session_->body(body), Response::proceed);
  const auto judgement = judged(zone);
  ASSERT_TRUE(judgement);
  EXPECT_EQ(judgement->result, Result::fail);
  EXPECT_TRUE(judgement->arc.spared);
}

TEST_F(SealedSession, a_changed_body_spares_nothing) {
  dns::Zone zone = this->zone();
  begin_sealed();
  session_->body(body);
  session_->body("more\r\n");
  const auto judgement = judged(zone);
  ASSERT_TRUE(judgement);
  EXPECT_EQ(judgement->action, policy::Action::reject);
}

TEST_F(SealedSession, without_a_list_of_sealers_no_body_is_wanted) {
  settings_.domain_whitelist.clear();
  begin_sealed();
  EXPECT_EQ(session_->body(body), Response::skip);
  EXPECT_EQ(resolver_->times_asked(txt("arc._domainkey.lists.example")), 0U);
}

TEST_F(SealedSession, mail_that_fails_waits_for_its_chain_and_mail_that_passes_a_second) {
  settings_.trusted_authserv_ids = {"verifier"};
  KeylessZone zone(this->zone(), "arc._domainkey.lists.example");
  for (const bool passes : {false, true}) {
    begin_sealed(passes ? " verifier; dkim=pass header.d=author.example" : "");
    session_->body(body);
    EXPECT_FALSE(end());
    while (resolver_->answer_all(zone) > 0)
      EXPECT_FALSE(session_->advance());
    const auto left = session_->deadline() - std::chrono::steady_clock::now();
    EXPECT_EQ(left <= 1s, passes);
    EXPECT_EQ(left > 50s, !passes);
  }
}

TEST_F(SignedSession, the_next_message_has_signatures_of_its_own) {
  dns::Zone zone = signed_zone();
  begin({signed_by_author});
  resolver_->answer_all(zone);
  session_->body(body);
  session_->abort();
  session_->mail("<a@sender.example>", no_macros);
  session_->header("From", " Ann <ann@author.example>");
  session_->end_of_header();
  EXPECT_EQ(session_->body(body), Response::skip);
  auto judgement = end();
  while (!judgement) {
    ASSERT_GT(resolver_->answer_all(zone), 0U);
    judgement = session_->advance();
  }
  EXPECT_EQ(judgement->result, Result::fail);
}

}  // namespace
}  // namespace dmarc::filter
