#include "policy/own_arc.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

#include <dmarc/zone.h>

#include "dkim/key_cache.h"
#include "dns/lookup_session.h"
#include "policy/judge.h"
#include "support/arc_chain.h"
#include "world.h"

namespace dmarc::policy {
namespace {

using dmarc::test::ArcChain;

dns::Name name(std::string_view text) {
  return dns::Name::parse(text).value();
}

/// What the zone says of an author.
Discovery discover(std::string_view author, std::string_view zone_text = R"(
_dmarc.legitimate.com  TXT  "v=DMARC1; p=reject"
_dmarc.strict.com      TXT  "v=DMARC1; p=reject; adkim=s; aspf=s"
_dmarc.suffix          TXT  "v=DMARC1; p=reject; psd=y"
)") {
  auto zone = dns::Zone::parse(zone_text).value();
  dns::LookupSession session(zone, {});
  DiscoveryCheck check(name(author), {}, {});
  return dns::wait_for(check, session);
}

bool vouches(std::string_view results, std::string_view author = "legitimate.com") {
  const auto parsed = mail::parse_auth_results("mx.lists.example; " + std::string(results));
  EXPECT_TRUE(parsed) << results;
  return parsed && vouch_for(*parsed, discover(author));
}

TEST(OwnArc, what_the_first_sealer_must_have_found) {
  EXPECT_TRUE(vouches("dmarc=pass header.from=legitimate.com"));
  EXPECT_TRUE(vouches("dkim=pass header.d=legitimate.com"));
  EXPECT_TRUE(vouches("dkim=pass header.d=news.Legitimate.com"));
  EXPECT_TRUE(vouches("dkim=pass header.i=@news.legitimate.com"));
  EXPECT_TRUE(vouches("spf=pass smtp.mailfrom=bounces@legitimate.com"));
  EXPECT_TRUE(vouches("dkim=fail header.d=legitimate.com; spf=pass smtp.mailfrom=legitimate.com"));
  EXPECT_TRUE(vouches("dmarc=none header.from=legitimate.com; dkim=pass header.d=legitimate.com"));
}

// ARC-07
TEST(OwnArc, what_is_not_enough) {
  for (const char* results :
       {"none", "dmarc=pass header.from=attack.com", "dmarc=pass",
        "dmarc=none header.from=legitimate.com", "dkim=pass header.d=attack.com",
        "dkim=pass header.d=notlegitimate.com", "dkim=pass", "dkim=fail header.d=legitimate.com",
        "dkim=pass header.s=legitimate.com", "spf=pass smtp.mailfrom=attack.com",
        "spf=softfail smtp.mailfrom=legitimate.com", "spf=pass smtp.helo=legitimate.com",
        "arc=pass header.from=legitimate.com", "dkim=pass header.d=com",
        "dkim=pass header.d=attack.com header.i=@legitimate.com",
        "dkim=pass header.d=legitimate.com header.d=attack.com"})
    EXPECT_FALSE(vouches(results)) << results;
}

// Case 73.
TEST(OwnArc, a_sealer_who_says_fail_does_not_vouch) {
  EXPECT_FALSE(vouches("dmarc=fail header.from=legitimate.com; dkim=pass header.d=legitimate.com"));
  EXPECT_TRUE(vouches("dmarc=fail header.from=other.com; dkim=pass header.d=legitimate.com"));
}

TEST(OwnArc, strict_alignment_and_public_suffixes) {
  EXPECT_TRUE(vouches("dkim=pass header.d=strict.com", "strict.com"));
  EXPECT_FALSE(vouches("dkim=pass header.d=news.strict.com", "strict.com"));
  EXPECT_FALSE(vouches("spf=pass smtp.mailfrom=news.strict.com", "strict.com"));
  EXPECT_FALSE(vouches("dkim=pass header.d=anybody.suffix", "suffix"));
}

struct Excuse {
  std::vector<std::string> sealers;
  std::vector<std::string> whitelist;
  std::string first_results = "mx; dmarc=pass header.from=legitimate.com";
  std::vector<std::string> authors = {"legitimate.com"};
  bool is_changed = false;
};

bool is_excused(const Excuse& excuse) {
  ArcChain chain({{"From", " Ann <ann@legitimate.com>"}}, "Hello\r\n");
  for (const std::string& sealer : excuse.sealers)
    chain.seal({.domain = sealer, .auth_results = excuse.first_results, .names = "from"});
  if (excuse.is_changed) chain.body() += "more\r\n";
  Settings settings;
  for (const std::string& domain : excuse.whitelist)
    settings.domain_whitelist.push_back(name(domain));
  std::vector<Discovery> authors;
  for (const std::string& author : excuse.authors)
    authors.push_back(discover(author));
  dkim::KeyCache keys;
  dns::LookupSession session(chain.zone(), {});
  return excuses(arc::verify(chain.header(), chain.body(), {}, keys, session), authors, settings);
}

TEST(OwnArc, a_chain_of_trusted_sealers_excuses) {
  EXPECT_TRUE(is_excused({{"a.example"}, {"a.example"}}));
  EXPECT_TRUE(is_excused({{"a.example", "b.example"}, {"b.example", "a.example"}}));
}

// ARC-04, case 72: a perfect chain of a sealer whom nobody trusts.
TEST(OwnArc, every_sealer_must_be_trusted) {
  EXPECT_FALSE(is_excused({{"attack.com"}, {"a.example"}}));
  EXPECT_FALSE(is_excused({{"a.example", "attack.com"}, {"a.example"}}));
  EXPECT_FALSE(is_excused({{"attack.com", "a.example"}, {"a.example"}}));
  EXPECT_FALSE(is_excused({{"sub.a.example"}, {"a.example"}}));
  EXPECT_FALSE(is_excused({{"a.example"}, {}}));
  EXPECT_FALSE(is_excused({{}, {"a.example"}}));
}

// ARC-05
TEST(OwnArc, a_chain_that_fails_excuses_nothing) {
  EXPECT_FALSE(
      is_excused({.sealers = {"a.example"}, .whitelist = {"a.example"}, .is_changed = true}));
}

TEST(OwnArc, the_first_sealer_must_vouch_for_each_author) {
  const std::vector<std::string> sealers{"a.example"};
  EXPECT_FALSE(is_excused({sealers, sealers, "mx; none"}));
  EXPECT_FALSE(is_excused({sealers, sealers, "mx; dmarc"}));
  EXPECT_FALSE(is_excused(
      {.sealers = sealers, .whitelist = sealers, .authors = {"legitimate.com", "strict.com"}}));
  EXPECT_FALSE(is_excused({.sealers = sealers, .whitelist = sealers, .authors = {}}));
}

/// Judged as a filter judges it, with what its zone says of legitimate.com.
Judgement judged(ArcChain& chain, const Settings& settings) {
  Message message;
  message.header = chain.header();
  message.leading_blanks = true;
  message.job_id = "1";
  dns::Zone& zone = chain.zone();
  if (!zone.lists(name("_dmarc.legitimate.com"))) {
    zone.add(name("_dmarc.legitimate.com"), dns::Type::txt, "v=DMARC1; p=reject");
    zone.add(name("_dmarc.watching.com"), dns::Type::txt, "v=DMARC1; p=none");
  }
  dns::LookupSession lookups(zone, {});
  Judgement judgement = judge(message, gather(message, settings, lookups, chain.body()), settings);
  test::check_invariants(judgement);
  return judgement;
}

Settings usual() {
  Settings settings;
  settings.authserv_id = "mx.victim.com";
  settings.host_name = "mx.victim.com";
  settings.reject_failures = true;
  settings.domain_whitelist = {name("lists.example")};
  return settings;
}

ArcChain from_the_bank() {
  return {{{"From", " Bank <info@legitimate.com>"}}, "Hello\r\n"};
}

const ArcChain::Set vouching{
    .auth_results = "mx.lists.example; dmarc=pass header.from=legitimate.com", .names = "from"};

bool has_field(const Judgement& judgement, std::string_view value) {
  const auto values = test::values_of(judgement.insertions);
  return std::ranges::find(values, value) != values.end();
}

TEST(OwnArc, spares_the_message_and_not_its_result) {
  ArcChain chain = from_the_bank();
  chain.seal(vouching);
  const Judgement judgement = judged(chain, usual());
  EXPECT_EQ(judgement.result, Result::fail);
  EXPECT_TRUE(test::is_let_in(judgement));
  EXPECT_TRUE(judgement.arc.spared);
  EXPECT_TRUE(has_field(judgement, "mx.victim.com; arc=pass header.oldest-pass=0"));
  EXPECT_TRUE(test::has_line(judgement, "1: ARC pass, policy pass > overriding DMARC fail"));
}

// T6 and its neighbours: no words of others stand for a chain.
TEST(OwnArc, a_field_that_says_pass_excuses_nothing) {
  for (const SelfValidate validate :
       {SelfValidate::automatic, SelfValidate::always, SelfValidate::never})
    for (const AuthResultsTrust trust : {AuthResultsTrust::topmost, AuthResultsTrust::any})
      for (const char* field :
           {" mx.victim.com; arc=pass arc.chain=lists.example",
            " mx.victim.com; arc=pass header.oldest-pass=0 arc.chain=\"lists.example\"",
            " mx.victim.com; arc=pass; dkim=none"}) {
        Settings settings = usual();
        settings.arc_self_validate = validate;
        settings.auth_results_trust = trust;
        settings.trusted_authserv_ids = {"mx.victim.com"};
        ArcChain bare = from_the_bank();
        ArcChain broken = from_the_bank();
        broken.seal({.auth_results = vouching.auth_results,
                     .names = "from",
                     .breaks = ArcChain::Breaks::seal});
        for (ArcChain* chain : {&bare, &broken}) {
          chain->fields().insert(chain->fields().begin(), {"Authentication-Results", field});
          const Judgement judgement = judged(*chain, settings);
          EXPECT_EQ(judgement.action, Action::reject) << field;
          EXPECT_FALSE(judgement.arc.whitelisted) << field;
        }
      }
}

TEST(OwnArc, is_verified_as_the_option_says) {
  Settings settings = usual();
  EXPECT_TRUE(wants_own_arc(settings));
  settings.arc_self_validate = SelfValidate::never;
  EXPECT_FALSE(wants_own_arc(settings));
  ArcChain chain = from_the_bank();
  chain.seal(vouching);
  EXPECT_EQ(judged(chain, settings).action, Action::reject);
  settings.domain_whitelist.clear();
  settings.arc_self_validate = SelfValidate::automatic;
  EXPECT_FALSE(wants_own_arc(settings));
  settings.arc_self_validate = SelfValidate::always;
  EXPECT_TRUE(wants_own_arc(settings));
  const Judgement judgement = judged(chain, settings);
  EXPECT_EQ(judgement.action, Action::reject);
  EXPECT_TRUE(judgement.arc.passed);
  EXPECT_FALSE(judgement.arc.whitelisted);
}

TEST(OwnArc, what_was_found_is_reported_and_what_contradicts_is_removed) {
  ArcChain chain({{"From", " Ann <ann@watching.com>"}}, "Hello\r\n");
  chain.seal(vouching);
  chain.seal({.domain = "b.example", .names = "from"});
  chain.fields().insert(chain.fields().begin(),
                        {"Authentication-Results", " mx.victim.com; arc=pass"});
  EXPECT_TRUE(judged(chain, usual()).removals.empty());
  chain.body() += "more\r\n";
  const Judgement changed = judged(chain, usual());
  ASSERT_EQ(changed.removals.size(), 1U);
  EXPECT_FALSE(changed.arc.problem.empty());
  EXPECT_TRUE(has_field(changed, "mx.victim.com; arc=fail reason=\"" + changed.arc.problem + "\""));

  Settings settings = usual();
  settings.arc_self_validate = SelfValidate::never;
  EXPECT_TRUE(judged(chain, settings).removals.empty());
  EXPECT_TRUE(judged(chain, settings).arc.passed) << "as the field says";

  ArcChain bare(
      {{"Authentication-Results", " mx.victim.com; arc=pass"}, {"From", " Ann <ann@watching.com>"}},
      "Hello\r\n");
  EXPECT_EQ(judged(bare, usual()).removals.size(), 1U);
}

}  // namespace
}  // namespace dmarc::policy
