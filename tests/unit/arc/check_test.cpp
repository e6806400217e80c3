#include "arc/check.h"

#include <gtest/gtest.h>

#include <functional>
#include <set>
#include <string>
#include <vector>

#include "dkim/canonical_body.h"
#include "dkim/check.h"
#include "dkim/key_cache.h"
#include "dns/lookup_session.h"
#include "mail/limits.h"
#include "support/arc_chain.h"
#include "support/signed_message.h"

namespace dmarc::arc {
namespace {

using test::ArcChain;
using Breaks = ArcChain::Breaks;

ArcChain message() {
  return ArcChain(
      {{"From", " Ann <ann@example.org>"}, {"To", " list@lists.example"}, {"Subject", " Chains"}},
      "Hello,\r\n\r\nthis is the body.\r\n");
}

/// With sets by "one.example", "two.example", ...
ArcChain chain_of(unsigned sets) {
  ArcChain chain = message();
  for (unsigned i = 1; i <= sets; ++i)
    chain.seal({.domain = "sealer" + std::to_string(i) + ".example"});
  return chain;
}

constexpr Options options{.now = 1'793'527'200};

Result verify(ArcChain& chain) {
  dkim::KeyCache keys;
  dns::LookupSession session(chain.zone(), {});
  return verify(chain.header(), chain.body(), options, keys, session);
}

std::string problem(ArcChain chain) {
  const Result result = verify(chain);
  EXPECT_EQ(result.chain == ChainStatus::fail, result.problem.has_value());
  if (result.chain != ChainStatus::fail) return std::string(to_string(result.chain));
  EXPECT_FALSE(result.first_results);
  return describe(*result.problem);
}

void swap_values(ArcChain& chain, std::size_t a, std::size_t b) {
  std::swap(chain.fields()[a], chain.fields()[b]);
}

void replace(std::string& text, std::string_view what, std::string_view with) {
  const std::size_t at = text.find(what);
  ASSERT_NE(at, std::string::npos) << what;
  text.replace(at, what.size(), with);
}

TEST(ArcCheck, a_message_without_sets_has_no_chain) {
  EXPECT_EQ(problem(message()), "none");
}

TEST(ArcCheck, chains_that_pass) {
  for (const unsigned sets : {1U, 2U, 3U, 50U}) {
    ArcChain chain = chain_of(sets);
    const Result result = verify(chain);
    ASSERT_EQ(result.chain, ChainStatus::pass) << describe(*result.problem);
    EXPECT_EQ(result.oldest_pass, 0U);
    ASSERT_EQ(result.sets.size(), sets);
    EXPECT_EQ(result.sets.front().seal.domain.text(), "sealer1.example");
    EXPECT_EQ(result.sets.back().message_signer->text(),
              "sealer" + std::to_string(sets) + ".example");
    ASSERT_TRUE(result.first_results);
    EXPECT_EQ(result.first_results->authserv_id, "mx.lists.example");
  }
}

// ARC-10
TEST(ArcCheck, more_than_fifty_sets) {
  ArcChain chain = chain_of(50);
  chain.seal({});
  EXPECT_EQ(problem(std::move(chain)), "ARC-Seal has no instance from 1 to 50");
  ArcChain repeated = message();
  for (int i = 0; i < 3000; ++i)
    repeated.fields().emplace_back("ARC-Authentication-Results",
                                   " i=" + std::to_string(i % 50 + 1) + "; x; none");
  EXPECT_EQ(problem(std::move(repeated)), "ARC-Authentication-Results occurs more than 50 times");
}

TEST(ArcCheck, sets_that_are_not_whole) {
  // From the top: seal, message signature and results of set 2, then of set 1.
  const std::pair<std::size_t, const char*> missing[]{
      {0, "ARC-Seal 2 is missing"},
      {1, "ARC-Message-Signature 2 is missing"},
      {2, "ARC-Authentication-Results 2 is missing"},
      {3, "ARC-Seal 1 is missing"},
      {4, "ARC-Message-Signature 1 is missing"},
      {5, "ARC-Authentication-Results 1 is missing"}};
  for (const auto& [index, text] : missing) {
    ArcChain chain = chain_of(2);
    chain.fields().erase(chain.fields().begin() + static_cast<std::ptrdiff_t>(index));
    EXPECT_EQ(problem(std::move(chain)), text);
  }
  ArcChain gap = message();
  gap.seal({});
  gap.seal({.instance = 3});
  EXPECT_EQ(problem(std::move(gap)), "ARC-Seal 2 is missing");
  ArcChain twice = chain_of(1);
  twice.fields().push_back(twice.fields().front());
  EXPECT_EQ(problem(std::move(twice)), "ARC-Seal 1 occurs twice");
}

// ARC-03
TEST(ArcCheck, instances_that_are_none) {
  for (const char* text : {"i=0", "i=01", "i=51", "i=+1", "i=1x", "i=", "j=1", "i=1 1"}) {
    for (const std::size_t index : {0U, 1U, 2U}) {
      ArcChain chain = chain_of(1);
      replace(chain.fields()[index].second, "i=1", text);
      EXPECT_EQ(verify(chain).chain, ChainStatus::fail) << text << " in field " << index;
    }
  }
  ArcChain behind = chain_of(1);
  behind.fields()[2].second = " mx.lists.example; i=1; none";
  EXPECT_EQ(problem(std::move(behind)), "ARC-Authentication-Results has no instance from 1 to 50");
  ArcChain commented = message();
  commented.seal({.auth_results = "(by us) mx.lists.example (2026); none"});
  EXPECT_EQ(problem(std::move(commented)), "pass");
}

TEST(ArcCheck, chain_validation_values) {
  const auto with = [](const char* first, const char* second) {
    ArcChain chain = message();
    chain.seal({.cv = first});
    chain.seal({.cv = second});
    return problem(std::move(chain));
  };
  EXPECT_EQ(with("none", "pass"), "pass");
  EXPECT_EQ(with("pass", "pass"), "ARC-Seal 1 has no cv= that belongs there");
  EXPECT_EQ(with("none", "none"), "ARC-Seal 2 has no cv= that belongs there");
  EXPECT_EQ(with("NONE", "pass"), "ARC-Seal 1 has no cv= that belongs there");
  EXPECT_EQ(with("none", ""), "ARC-Seal 2 has no cv= that belongs there");
  EXPECT_EQ(with("none", "fail"), "ARC-Seal 2 says that the chain had failed before");
  EXPECT_EQ(with("fail", "pass"), "ARC-Seal 1 says that the chain had failed before");
}

TEST(ArcCheck, what_a_forwarder_may_do) {
  ArcChain chain = chain_of(2);
  swap_values(chain, 0, 4);
  swap_values(chain, 1, 5);
  chain.fields()[2].second.insert(chain.fields()[2].second.find(';') + 1, "\r\n\t ");
  chain.fields().insert(chain.fields().begin(), {"Received", " from x by y; today"});
  EXPECT_EQ(problem(std::move(chain)), "pass");
}

// ARC-05
TEST(ArcCheck, a_list_changes_the_message_after_a_forwarder_sealed_it) {
  ArcChain chain = chain_of(1);
  chain.body() += "-- \r\nThe list\r\n";
  ArcChain unsealed = chain;
  EXPECT_EQ(problem(std::move(unsealed)),
            "ARC-Message-Signature 1: the body was changed: its hash differs");
  chain.seal({});
  chain.seal({});
  const Result result = verify(chain);
  EXPECT_EQ(result.chain, ChainStatus::pass);
  EXPECT_EQ(result.oldest_pass, 2U);
  EXPECT_EQ(result.sets[0].message_fault, dkim::Fault::body_hash);
  EXPECT_EQ(result.sets[1].message_fault, dkim::Fault::none);
}

TEST(ArcCheck, header_fields_that_were_changed) {
  ArcChain chain = chain_of(2);
  chain.fields().back().second = " Other";
  EXPECT_EQ(problem(std::move(chain)), "ARC-Message-Signature 2: the signature did not verify");
  ArcChain results = chain_of(2);
  replace(results.fields()[5].second, "none", "dmarc=pass");
  EXPECT_EQ(problem(std::move(results)), "ARC-Seal 2: the signature did not verify");
  ArcChain seal = message();
  seal.seal({.breaks = Breaks::seal});
  seal.seal({});
  EXPECT_EQ(problem(std::move(seal)), "ARC-Seal 1: the signature did not verify");
  ArcChain signature = message();
  signature.seal({.breaks = Breaks::message_signature});
  EXPECT_EQ(problem(std::move(signature)), "ARC-Message-Signature 1: the signature did not verify");
}

TEST(ArcCheck, tags_of_a_seal) {
  const auto with = [](const char* tags) {
    ArcChain chain = message();
    chain.seal({.seal_tags = tags});
    return problem(std::move(chain));
  };
  EXPECT_EQ(with("t=12345; "), "pass");
  EXPECT_EQ(with("x1_y=unknown; "), "pass");
  EXPECT_EQ(with("h=from; "), "ARC-Seal 1 has h=");
  EXPECT_EQ(with("t=; "), "ARC-Seal 1: t= or x= is not a number");
  EXPECT_EQ(with("t=yesterday; "), "ARC-Seal 1: t= or x= is not a number");
  EXPECT_EQ(with("d=other.example; "), "ARC-Seal: the signature field has a tag twice");
  EXPECT_EQ(with("; "), "ARC-Seal: the signature field is not a tag list");
}

// ARC-08
TEST(ArcCheck, tags_of_a_message_signature) {
  const auto with = [](const char* names, const char* tags) {
    ArcChain chain = message();
    chain.seal({.names = names, .message_tags = tags});
    return problem(std::move(chain));
  };
  EXPECT_EQ(with("from", "t=12345; "), "pass");
  EXPECT_EQ(with("from::to", ""), "pass");
  EXPECT_EQ(with("to:subject", ""), "ARC-Message-Signature 1: h= does not name From");
  EXPECT_EQ(with("", ""),
            "ARC-Message-Signature 1: one of the tags a, b, bh, d, h and s is missing or empty");
  EXPECT_EQ(with("from:Arc-Seal", ""), "ARC-Message-Signature 1 names ARC-Seal in h=");
  EXPECT_EQ(with("from:arc-message-signature", ""), "pass");
  EXPECT_EQ(with("from", "x=12345; "), "ARC-Message-Signature 1: the signature has expired");
  EXPECT_EQ(with("from", "l=5; "), "ARC-Message-Signature 1: l= is not a number");
}

// ARC-01, ARC-02
TEST(ArcCheck, seals_that_are_none) {
  ArcChain chain = chain_of(1);
  chain.fields()[0].second = " i=1; a; t";
  EXPECT_EQ(problem(std::move(chain)), "ARC-Seal: the signature field is not a tag list");
  ArcChain large = message();
  large.seal({.seal_tags = "x=" + std::string(100'000, 'y') + "; "});
  EXPECT_EQ(problem(std::move(large)), "ARC-Seal: the signature field is too long");
}

// ARC-8
TEST(ArcCheck, a_key_that_can_not_be_had) {
  const auto with = [](const std::function<void(dns::Zone&, const dns::Name&)>& change) {
    ArcChain chain = message();
    chain.seal({.selector = "seal"});
    change(chain.zone(), dns::Name::parse("seal._domainkey.lists.example").value());
    return verify(chain);
  };
  const Result failed = with([](dns::Zone& zone, const dns::Name& name) {
    zone.add_failure(name, dns::Failure::servfail);
  });
  EXPECT_EQ(failed.chain, ChainStatus::fail);
  EXPECT_TRUE(failed.problem->is_temporary());
  EXPECT_EQ(describe(*failed.problem), "ARC-Seal 1: the look-up of the key failed");
  const Result gone =
      with([](dns::Zone& zone, const dns::Name& name) { zone.add_nonexistent(name); });
  EXPECT_EQ(gone.chain, ChainStatus::fail);
  EXPECT_FALSE(gone.problem->is_temporary());
  EXPECT_EQ(describe(*gone.problem), "ARC-Seal 1: there is no key at that name");
}

TEST(ArcCheck, at_most_fifty_keys) {
  ArcChain chain = message();
  for (unsigned i = 1; i <= 50; ++i)
    chain.seal({.selector = "s" + std::to_string(i), .message_selector = "m"});
  EXPECT_EQ(problem(std::move(chain)), "ARC-Seal 1 needs a key more than are looked up");
}

/// Answers that the test lets through one at a time.
class Gate final : public dns::Answers {
 public:
  explicit Gate(const dns::Zone& zone) : zone_(zone) {}
  void open(const dns::Question& question) { open_.insert(question.name.text()); }
  dns::AnswerPtr find(const dns::Question& question) const override {
    return open_.contains(question.name.text()) ? zone_.find(question) : nullptr;
  }

 private:
  const dns::Zone& zone_;
  std::set<std::string> open_;
};

TEST(ArcCheck, asks_for_all_keys_at_once_and_for_the_newest_first) {
  ArcChain chain = chain_of(3);
  dkim::KeyCache keys;
  const mail::HeaderBlock header = chain.header();
  dkim::BodyHashes hashes;
  Check check(header, options, keys, hashes);
  const auto step = check.begin();
  const auto* need = std::get_if<dns::Need>(&step);
  ASSERT_NE(need, nullptr);
  EXPECT_TRUE(need->wants_body);
  EXPECT_FALSE(need->sufficient);
  ASSERT_EQ(need->questions.size(), 3U);
  EXPECT_EQ(need->questions[0].name.text(), "arc._domainkey.sealer3.example");
  EXPECT_EQ(need->questions[2].name.text(), "arc._domainkey.sealer1.example");
}

TEST(ArcCheck, what_is_open_when_the_chain_has_passed) {
  ArcChain chain = message();
  chain.seal({.message_selector = "old"});
  chain.seal({});
  dkim::KeyCache keys;
  const mail::HeaderBlock header = chain.header();
  dkim::BodyHashes hashes;
  Check check(header, options, keys, hashes);
  Gate gate(chain.zone());
  check.begin();
  gate.open({dns::Name::parse("arc._domainkey.lists.example").value(), dns::Type::txt});
  auto step = check.next(gate);
  EXPECT_FALSE(std::get<dns::Need>(step).sufficient) << "the body is to come";
  hashes.update(std::string_view(chain.body()).substr(0, 5));
  hashes.update(std::string_view(chain.body()).substr(5));
  hashes.finish();
  step = check.next(gate);
  EXPECT_TRUE(std::get<dns::Need>(step).sufficient);
  ASSERT_EQ(std::get<dns::Need>(step).questions.size(), 1U);
  gate.open(std::get<dns::Need>(step).questions.front());
  step = check.next(gate);
  EXPECT_EQ(std::get<Result>(step).chain, ChainStatus::pass);
}

TEST(ArcCheck, seals_and_signatures_share_the_hashes_of_a_body) {
  ArcChain chain = chain_of(2);
  mail::HeaderBlock header = chain.header();
  test::add_signature(header,
                      "v=1; a=ed25519-sha256; c=relaxed/relaxed; d=example.org; s=sel; h=from",
                      chain.body());
  const dns::Name key = dns::Name::parse("sel._domainkey.example.org").value();
  dns::Zone zone = chain.zone();
  zone.add(key, dns::Type::txt, test::ed25519_record());
  dkim::KeyCache keys;
  dkim::BodyHashes hashes;
  const std::vector<dns::Name> authors{dns::Name::parse("example.org").value()};
  dkim::Check signatures(header, authors, {.now = options.now}, keys, hashes);
  Check seals(header, options, keys, hashes);
  signatures.begin();
  seals.begin();
  hashes.update(chain.body());
  hashes.finish();
  EXPECT_EQ(std::get<dkim::Result>(signatures.next(zone)).signatures.at(0).code(),
            dkim::Code::pass);
  EXPECT_EQ(std::get<Result>(seals.next(zone)).chain, ChainStatus::pass);
}

TEST(ArcCheck, a_long_chain_is_verified_in_turns) {
  ArcChain chain = chain_of(40);
  dkim::KeyCache keys;
  dkim::BodyHashes hashes;
  const mail::HeaderBlock header = chain.header();
  Check check(header, options, keys, hashes);
  check.begin();
  hashes.update(chain.body());
  hashes.finish();
  auto step = check.next(chain.zone());
  std::size_t turns = 1;
  for (; dns::has_more(step); ++turns)
    step = check.next(chain.zone());
  EXPECT_EQ(turns, 5U) << "80 signatures, 16 in a turn";
  EXPECT_EQ(std::get<Result>(step).chain, ChainStatus::pass);
}

TEST(ArcCheck, a_seal_that_is_wrong_is_known_before_the_body) {
  ArcChain chain = message();
  chain.seal({.breaks = Breaks::seal});
  dkim::KeyCache keys;
  const mail::HeaderBlock header = chain.header();
  dkim::BodyHashes hashes;
  Check check(header, options, keys, hashes);
  check.begin();
  const auto step = check.next(chain.zone());
  EXPECT_EQ(std::get<Result>(step).chain, ChainStatus::fail);
}

TEST(ArcCheck, blanks_that_did_not_reach_us) {
  ArcChain chain = chain_of(1);
  for (auto& [name, value] : chain.fields())
    value.erase(0, 1);
  dkim::KeyCache keys;
  dns::LookupSession session(chain.zone(), {});
  const Options lost{.now = options.now, .blanks = dkim::LeadingBlanks::lost};
  EXPECT_EQ(verify(chain.header(), chain.body(), lost, keys, session).chain, ChainStatus::pass);
}

}  // namespace
}  // namespace dmarc::arc
