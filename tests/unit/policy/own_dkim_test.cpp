// A message whose signatures were verified here: what it is judged by, and what is written.
#include "policy/own_dkim.h"

#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

#include "policy/result_header.h"
#include "world.h"

namespace dmarc::policy {
namespace {

using test::Mail;

dkim::SignatureResult signature(dkim::Fault fault, std::string_view domain = "legitimate.com",
                                std::string_view b = "QmFzZTY0ZW5jb2RlZA==") {
  dkim::SignatureResult result;
  result.fault = fault;
  result.domain = *dns::Name::parse(domain);
  result.selector = *dns::Name::parse("mail");
  result.algorithm = "rsa-sha256";
  result.characters = b;
  return result;
}

Settings usual() {
  Settings settings;
  settings.authserv_id = "mx.victim.com";
  settings.host_name = "mx.victim.com";
  settings.reject_failures = true;
  settings.dkim_self_validate = SelfValidate::automatic;
  return settings;
}

/// A signed message, judged with these results of its signatures.
Judgement judged(const Mail& mail, std::vector<dkim::SignatureResult> results,
                 const Settings& settings = usual()) {
  const Message message = mail.message();
  auto zone = dns::Zone::parse(std::string(test::usual_zone));
  dns::LookupSession lookups(*zone, {});
  Evidence evidence = gather(message, settings, lookups);
  EXPECT_TRUE(evidence.claims.wants_own_dkim);
  evidence.dkim = dkim::Result{std::move(results)};
  Judgement judgement = judge(message, std::move(evidence), settings);
  test::check_invariants(judgement);
  return judgement;
}

Mail is_signed() {
  return Mail().field("DKIM-Signature", "whatever it says");
}

Mail from_the_bank() {
  return is_signed().from("<admin@legitimate.com>");
}

TEST(OwnDkim, passes_by_an_aligned_signature) {
  const Judgement judgement = judged(from_the_bank(), {signature(dkim::Fault::none)});
  EXPECT_EQ(judgement.result, Result::pass);
  EXPECT_EQ(test::values_of(judgement.insertions),
            (std::vector<std::string>{
                "mx.victim.com; dkim=pass header.d=legitimate.com header.s=mail "
                "header.a=rsa-sha256 header.b=QmFzZTY0",
                "mx.victim.com; dmarc=pass (p=reject dis=none) header.from=legitimate.com "
                "policy.dmarc=reject"}));
}

TEST(OwnDkim, passes_by_nothing_that_a_field_says) {
  const Mail mail = Mail()
                        .results("mx.victim.com; dkim=pass header.d=legitimate.com")
                        .field("DKIM-Signature", "")
                        .from("<admin@legitimate.com>");
  EXPECT_EQ(judged(mail, {signature(dkim::Fault::body_hash)}).action, Action::reject);
  EXPECT_EQ(judged(mail, {signature(dkim::Fault::none, "attack.com")}).action, Action::reject);
  EXPECT_EQ(judged(mail, {}).action, Action::reject);
}

TEST(OwnDkim, tells_where_a_filter_in_front_disagrees_and_removes_its_field) {
  Settings settings = usual();
  settings.reject_failures = false;
  const Judgement judgement = judged(
      Mail()
          .results("mx.victim.com; dkim=pass header.d=legitimate.com")
          .results("mx.victim.com; dkim=pass header.d=attack.com")
          .field("DKIM-Signature", "x")
          .from("<admin@legitimate.com>"),
      {signature(dkim::Fault::body_hash), signature(dkim::Fault::none, "attack.com", "QQ==")},
      settings);
  ASSERT_EQ(judgement.removals.size(), 1U);
  EXPECT_EQ(judgement.removals[0].index, 1U);
  EXPECT_TRUE(test::has_line(judgement,
                             "4F2A1: mx.victim.com reports dkim=pass for legitimate.com, found "
                             "here: fail; see DKIMSelfValidate"));
  EXPECT_TRUE(
      test::has_line(judgement, "4F2A1: DKIM signature of legitimate.com, selector mail: fail: " +
                                    std::string(describe(dkim::Fault::body_hash))));
}

// T13
TEST(OwnDkim, defers_where_only_the_key_could_not_be_found) {
  const Judgement judgement = judged(from_the_bank(), {signature(dkim::Fault::lookup_failed)});
  EXPECT_EQ(judgement.result, Result::temperror);
  EXPECT_EQ(judgement.action, Action::tempfail);
  EXPECT_EQ(judged(from_the_bank(), {signature(dkim::Fault::lookup_failed, "attack.com")}).action,
            Action::reject);
}

TEST(OwnDkim, writes_one_result_for_each_signature) {
  const std::vector<dkim::SignatureResult> results{
      signature(dkim::Fault::none, "a.com", "AAAAAAAABBBB"),
      signature(dkim::Fault::key_not_found, "b.com", "AAAAAAAACCCC"),
      signature(dkim::Fault::none, "a.com", "AAAAAAAABBBB")};
  EXPECT_EQ(dkim_field("mx", results).value,
            "mx; dkim=pass header.d=a.com header.s=mail header.a=rsa-sha256 header.b=AAAAAAAAB; "
            "dkim=permerror reason=\"" +
                std::string(describe(dkim::Fault::key_not_found)) +
                "\" header.d=b.com header.s=mail header.a=rsa-sha256 header.b=AAAAAAAAC; "
                "dkim=pass header.d=a.com header.s=mail header.a=rsa-sha256 header.b=AAAAAAAAB");
  EXPECT_EQ(dkim_field("mx", {}).value, "mx; dkim=none");
  EXPECT_EQ(dkim_field("mx", std::vector<dkim::SignatureResult>(1)).value, "mx; dkim=pass");
}

// Whoever wrote the field, it can be read, and nobody else's result stands in it.
TEST(OwnDkim, quotes_what_a_signer_made_up) {
  dkim::SignatureResult hostile = signature(dkim::Fault::algorithm, "a.com", "\"; dkim=pass");
  hostile.algorithm = "; dkim=pass (\r\n";
  const auto field = mail::parse_auth_results(dkim_field("mx", {&hostile, 1}).value);
  ASSERT_TRUE(field.has_value());
  ASSERT_EQ(field->results.size(), 1U);
  EXPECT_EQ(field->results[0].result, mail::ResultWord::permerror);
}

TEST(OwnDkim, is_wanted_where_it_decides) {
  Settings settings = usual();
  EXPECT_TRUE(wants_own_dkim(is_signed().message(), settings));
  EXPECT_FALSE(wants_own_dkim(Mail().message(), settings));
  settings.dkim_self_validate = SelfValidate::never;
  EXPECT_FALSE(wants_own_dkim(is_signed().message(), settings));
  EXPECT_TRUE(wants_own_dkim(
      is_signed().results("filter; DKIM=TempError header.d=legitimate.com").message(), settings));
}

TEST(OwnDkim, confirms_temporary_errors_of_others) {
  std::vector<Authentication::Dkim> reported{
      {{*dns::Name::parse("legitimate.com"), MethodOutcome::temperror}}};
  confirm_temporary_errors(reported, nullptr);
  EXPECT_EQ(reported[0].input.outcome, MethodOutcome::temperror);
  const dkim::Result failed{{signature(dkim::Fault::lookup_failed)}};
  confirm_temporary_errors(reported, &failed);
  EXPECT_EQ(reported[0].input.outcome, MethodOutcome::temperror);
  const dkim::Result found{{signature(dkim::Fault::no_key_record)}};
  confirm_temporary_errors(reported, &found);
  EXPECT_EQ(reported[0].input.outcome, MethodOutcome::other);
}

TEST(OwnDkim, confirms_a_temporary_error_of_that_key_alone) {
  const dkim::Result failed{{signature(dkim::Fault::lookup_failed)}};  // mail._domainkey
  const auto outcome = [&](std::string_view domain, const std::string& selector, bool relaxed) {
    std::vector<Authentication::Dkim> reported{
        {{*dns::Name::parse(domain), MethodOutcome::temperror}}};
    reported[0].input.selector = selector;
    reported[0].relaxed_only = relaxed;
    confirm_temporary_errors(reported, &failed);
    return reported[0].input.outcome;
  };
  EXPECT_EQ(outcome("legitimate.com", "Mail", false), MethodOutcome::temperror);
  EXPECT_EQ(outcome("legitimate.com", "other", false), MethodOutcome::other);
  EXPECT_EQ(outcome("sub.legitimate.com", "mail", true), MethodOutcome::temperror);
  EXPECT_EQ(outcome("sub.legitimate.com", "mail", false), MethodOutcome::other);
  EXPECT_EQ(outcome("attack.com", "mail", false), MethodOutcome::other);
}

TEST(OwnDkim, finds_out_no_more_than_makes_a_difference) {
  const std::string valid =
      "v=1; a=rsa-sha256; h=from; bh=47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=; d=a.com; s=s; "
      "b=QQ==";
  Settings settings = usual();
  const Message plain = Mail().field("DKIM-Signature", valid).message();
  EXPECT_EQ(dkim_options(plain, settings).extent, dkim::Extent::verified);
  settings.dkim_self_validate = SelfValidate::never;
  EXPECT_FALSE(wants_own_dkim(plain, settings));
  const Mail with_length = Mail().field("DKIM-Signature", valid + "; l=5");
  EXPECT_TRUE(wants_own_dkim(with_length.message(), settings));
  EXPECT_EQ(dkim_options(with_length.message(), settings).extent, dkim::Extent::lengths);
  EXPECT_EQ(dkim_options(Mail(with_length).results("f; dkim=temperror header.d=a.com").message(),
                         settings)
                .extent,
            dkim::Extent::keys_and_lengths);
  EXPECT_TRUE(may_want_bodies(settings));
  settings.dkim_ignore_results = true;
  EXPECT_FALSE(may_want_bodies(settings));
  EXPECT_FALSE(wants_own_dkim(with_length.message(), settings));
}

TEST(OwnDkim, of_an_unsigned_message_says_none_only_where_nobody_else_is_believed) {
  test::World world;
  const Mail mail = Mail()
                        .results("mx.victim.com; dkim=pass header.d=legitimate.com")
                        .from("<admin@legitimate.com>");
  world.settings.dkim_self_validate = SelfValidate::automatic;
  EXPECT_EQ(world.judge(mail).result, Result::pass);
  EXPECT_EQ(world.judge(mail).insertions.size(), 1U);
  world.settings.dkim_self_validate = SelfValidate::always;
  const Judgement judgement = world.judge(mail);
  EXPECT_EQ(judgement.result, Result::fail);
  EXPECT_EQ(test::values_of(judgement.insertions).front(), "mx.victim.com; dkim=none");
  EXPECT_EQ(judgement.removals.size(), 1U);
}

}  // namespace
}  // namespace dmarc::policy
