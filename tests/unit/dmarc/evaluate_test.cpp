#include <gtest/gtest.h>

#include <dmarc/evaluate.h>

#include "unit/dmarc/public_suffix_file.h"
#include "unit/dmarc/world.h"

namespace dmarc {
namespace {

using test::asked;
using test::name;
using test::names;
using test::summary;
using test::World;

constexpr auto rejecting = R"(
  _dmarc.example.com  TXT  "v=DMARC1; p=reject"
)";

AlignmentOutcome alignment(World& world, std::string_view author, std::string_view signer) {
  return world.evaluate(author, {.dkim = {signer}}).identifiers.at(0).alignment;
}

TEST(Evaluate, an_aligned_identifier_passes) {
  World world(rejecting);
  const Verdict verdict = world.evaluate("example.com", {.spf = "example.com"});
  EXPECT_EQ(summary(verdict), "pass reject example.com example.com");
  EXPECT_TRUE(verdict.spf_aligned);
  EXPECT_FALSE(verdict.dkim_aligned);
  EXPECT_EQ(verdict.disposition(), Policy::none);
}

TEST(Evaluate, without_an_aligned_identifier_the_policy_applies) {
  World world(rejecting);
  const Verdict verdict =
      world.evaluate("example.com", {.spf = "example.org", .dkim = {"fail:example.com"}});
  EXPECT_EQ(summary(verdict), "fail reject example.com example.com");
  EXPECT_EQ(verdict.disposition(), Policy::reject);
  EXPECT_EQ(verdict.default_disposition(), Policy::quarantine);
  EXPECT_EQ(verdict.reason, "");
}

TEST(Evaluate, without_a_record_there_is_no_verdict) {
  World world("");
  const Verdict verdict = world.evaluate("a.example.com", {.spf = "a.example.com"});
  EXPECT_EQ(summary(verdict), "none - - -");
  EXPECT_EQ(verdict.reason, "no DMARC record found");
  EXPECT_EQ(asked(verdict.walk), "a.example.com example.com com");
  EXPECT_EQ(verdict.identifiers.at(0).alignment, AlignmentOutcome::not_needed);
}

TEST(Evaluate, says_why_records_did_not_count) {
  World several(R"(
    _dmarc.example.com  TXT  "v=DMARC1; p=reject"
    _dmarc.example.com  TXT  "v=DMARC1; p=none"
  )");
  EXPECT_EQ(several.evaluate("example.com", {}).reason,
            "no DMARC record found; the 2 at example.com count as none");
  World repeated("_dmarc.example.com TXT \"v=DMARC1; p=reject; p=reject\"");
  EXPECT_EQ(repeated.evaluate("example.com", {}).reason, "the record of example.com repeats a tag");
  World unusable("_dmarc.example.com TXT \"v=DMARC1; p=rejct\"");
  const Verdict verdict = unusable.evaluate("example.com", {.spf = "example.com"});
  EXPECT_EQ(summary(verdict), "none - - -");
  EXPECT_EQ(verdict.reason,
            "the record of example.com has no valid policy and no address for reports");
}

TEST(Evaluate, an_unusable_record_of_the_author_hides_the_one_above) {
  World world(R"(
    _dmarc.a.example.com  TXT  "v=DMARC1;"
    _dmarc.example.com    TXT  "v=DMARC1; p=reject"
  )");
  EXPECT_EQ(summary(world.evaluate("a.example.com", {})), "none - - -");
}

TEST(Evaluate, strict_and_relaxed_alignment_come_from_the_record_that_applies) {
  World world(R"(
    _dmarc.example.com    TXT  "v=DMARC1; p=reject; adkim=s"
    _dmarc.b.example.com  TXT  "v=DMARC1; p=none; aspf=s"
  )");
  EXPECT_EQ(alignment(world, "example.com", "mail.example.com"), AlignmentOutcome::not_aligned);
  EXPECT_EQ(alignment(world, "a.example.com", "a.example.com"), AlignmentOutcome::strict);
  const Verdict verdict = world.evaluate("a.b.example.com", {.spf = "c.example.com"});
  EXPECT_EQ(verdict.identifiers.at(0).alignment, AlignmentOutcome::relaxed);
  EXPECT_EQ(verdict.identifiers.at(0).organizational_domain, name("example.com"));
}

TEST(Evaluate, an_identifier_outside_the_authors_organization_is_never_asked_about) {
  World world(rejecting);
  const Verdict verdict = world.evaluate("www.example.com", {.spf = "a.b.evil.com"});
  EXPECT_EQ(verdict.identifiers.at(0).alignment, AlignmentOutcome::not_aligned);
  EXPECT_TRUE(verdict.identifiers.at(0).walk.empty());
  for (const auto& entry : world.session().entries())
    EXPECT_FALSE(entry.question.name.is_at_or_below(name("evil.com")));
}

TEST(Evaluate, names_that_only_look_similar_do_not_align) {
  World world(rejecting);
  for (const std::string_view signer :
       {"notexample.com", "example.com.evil.org", "com", "example.co", "xn--example.com"})
    EXPECT_EQ(alignment(world, "example.com", signer), AlignmentOutcome::not_aligned) << signer;
}

TEST(Evaluate, text_that_is_no_host_name_authenticates_nothing) {
  World world(rejecting);
  EXPECT_EQ(alignment(world, "example.com", "a'b.example.com"), AlignmentOutcome::not_aligned);
  EXPECT_EQ(alignment(world, "a'b.example.com", "a'b.example.com"), AlignmentOutcome::not_aligned);
  EXPECT_EQ(alignment(world, "a_b.example.com", "a_b.example.com"), AlignmentOutcome::strict);
}

TEST(Evaluate, a_domain_that_is_its_own_organization_does_not_align_with_its_parent) {
  World world(R"(
    _dmarc.example.com       TXT  "v=DMARC1; p=reject"
    _dmarc.shop.example.com  TXT  "v=DMARC1; p=reject; psd=n"
  )");
  EXPECT_EQ(alignment(world, "example.com", "shop.example.com"), AlignmentOutcome::not_aligned);
  EXPECT_EQ(alignment(world, "shop.example.com", "example.com"), AlignmentOutcome::not_aligned);
  EXPECT_EQ(alignment(world, "shop.example.com", "a.shop.example.com"), AlignmentOutcome::relaxed);
}

TEST(Evaluate, a_failed_lookup_that_decides_the_record_is_a_temporary_error) {
  World world(R"(
    _dmarc.a.example.com  RCODE  SERVFAIL
    _dmarc.example.com    TXT    "v=DMARC1; p=reject"
  )");
  const Verdict verdict = world.evaluate("a.example.com", {.spf = "a.example.com"});
  EXPECT_EQ(summary(verdict), "temperror - - -");
  EXPECT_EQ(verdict.reason, "_dmarc.a.example.com: the server answered SERVFAIL");
}

TEST(Evaluate, trouble_above_an_own_record_does_not_touch_the_same_name) {
  World world(R"(
    _dmarc.example.com  TXT    "v=DMARC1; p=reject"
    _dmarc.com          RCODE  TIMEOUT
  )");
  EXPECT_EQ(summary(world.evaluate("example.com", {.spf = "example.com"})),
            "pass reject example.com example.com");
  EXPECT_EQ(summary(world.evaluate("example.com", {.spf = "fail:example.com"})),
            "fail reject - example.com");
  const Verdict verdict = world.evaluate("example.com", {.spf = "mail.example.com"});
  EXPECT_EQ(summary(verdict), "temperror reject - example.com");
  EXPECT_EQ(verdict.reason, "_dmarc.com: no answer in time");
}

TEST(Evaluate, an_author_that_is_the_only_identifier_is_its_own_organization) {
  World world(R"(
    _dmarc.a.example.com  TXT  "v=DMARC1; p=reject"
    _dmarc.example.com    TXT  "v=DMARC1; p=none"
  )");
  const auto org = [&](const test::Message& message) {
    return world.evaluate("a.example.com", message).organizational_domain;
  };
  EXPECT_EQ(org({.spf = "a.example.com"}), name("a.example.com"));
  EXPECT_EQ(org({.spf = "a.example.com", .dkim = {"fail:example.org"}}), name("a.example.com"));
  EXPECT_EQ(org({.spf = "a.example.com", .dkim = {"example.com"}}), name("example.com"));
  EXPECT_EQ(org({}), name("example.com"));
}

TEST(Evaluate, trouble_above_an_own_record_does_not_touch_strict_alignment) {
  World world(R"(
    _dmarc.example.com  TXT    "v=DMARC1; p=quarantine; aspf=s"
    _dmarc.com          RCODE  SERVFAIL
  )");
  EXPECT_EQ(world.evaluate("example.com", {.spf = "mail.example.com"}).result, Result::fail);
}

TEST(Evaluate, a_failed_walk_of_an_identifier_matters_only_if_it_could_align) {
  World world(R"(
    _dmarc.example.com       TXT    "v=DMARC1; p=reject"
    _dmarc.mail.example.com  RCODE  TIMEOUT
    _dmarc.evil.com          RCODE  SERVFAIL
  )");
  const Verdict open = world.evaluate("example.com", {.dkim = {"mail.example.com"}});
  EXPECT_EQ(open.result, Result::temperror);
  EXPECT_EQ(open.policy, Policy::reject);
  EXPECT_EQ(open.disposition(), Policy::none);
  EXPECT_EQ(open.reason, "_dmarc.mail.example.com: no answer in time");
  EXPECT_EQ(open.identifiers.at(0).alignment, AlignmentOutcome::unknown);
  EXPECT_EQ(world.evaluate("example.com", {.spf = "evil.com"}).result, Result::fail);
  EXPECT_EQ(
      world.evaluate("example.com", {.spf = "example.com", .dkim = {"mail.example.com"}}).result,
      Result::pass);
}

TEST(Evaluate, a_sender_cannot_break_his_own_dns_to_escape_the_policy_of_a_parent) {
  World world(R"(
    _dmarc.example.com             TXT    "v=DMARC1; p=reject"
    _dmarc.users.example.com       TXT    "v=DMARC1; p=none; psd=y"
    _dmarc.evil.users.example.com  RCODE  SERVFAIL
  )");
  EXPECT_EQ(world.evaluate("example.com", {.spf = "evil.users.example.com"}).result, Result::fail);
}

TEST(Evaluate, a_method_that_failed_temporarily_keeps_the_verdict_open_if_it_could_align) {
  World world(rejecting);
  const Verdict open = world.evaluate("example.com", {.spf = "temperror:mail.example.com"});
  EXPECT_EQ(summary(open), "temperror reject example.com example.com");
  EXPECT_EQ(open.reason, "SPF of mail.example.com: temporary error");
  EXPECT_FALSE(open.spf_aligned);
  EXPECT_EQ(world.evaluate("example.com", {.dkim = {"temperror:example.com"}}).reason,
            "DKIM of example.com: temporary error");
  EXPECT_EQ(world.evaluate("example.com", {.spf = "temperror:example.org"}).result, Result::fail);
  const Verdict pass =
      world.evaluate("example.com", {.spf = "temperror:example.com", .dkim = {"example.com"}});
  EXPECT_EQ(pass.result, Result::pass);
  EXPECT_EQ(pass.identifiers.at(0).alignment, AlignmentOutcome::not_needed);
}

TEST(Evaluate, an_unknown_existence_leaves_the_policy_open) {
  World world(R"(
    _dmarc.example.com  TXT    "v=DMARC1; p=none; np=reject"
    a.example.com       RCODE  SERVFAIL
  )");
  const Verdict fail = world.evaluate("a.example.com", {.spf = "example.org"});
  EXPECT_EQ(summary(fail), "temperror - example.com example.com");
  EXPECT_EQ(fail.reason,
            "a.example.com: the server answered SERVFAIL, and the policy depends on whether that "
            "name exists");
  EXPECT_EQ(summary(world.evaluate("a.example.com", {.spf = "example.com"})),
            "pass - example.com example.com");
}

TEST(Evaluate, testing_lowers_the_policy_but_not_the_result) {
  World world("_dmarc.example.com TXT \"v=DMARC1; p=reject; t=y\"");
  const Verdict verdict = world.evaluate("example.com", {});
  EXPECT_EQ(verdict.result, Result::fail);
  EXPECT_EQ(verdict.published_policy, Policy::reject);
  EXPECT_EQ(verdict.policy, Policy::quarantine);
}

TEST(Evaluate, the_trace_lists_every_identifier_in_order) {
  World world(rejecting);
  Inputs inputs{.author = name("example.com")};
  inputs.spf = SpfInput{.domain = name("bounce.example.com"), .outcome = MethodOutcome::pass};
  inputs.dkim = {{.domain = name("example.com"), .outcome = MethodOutcome::pass, .selector = "s1"},
                 {.domain = name("esp.example"), .selector = "s2"}};
  const Verdict verdict = evaluate(inputs, {}, world.session());
  ASSERT_EQ(verdict.identifiers.size(), 3U);
  EXPECT_EQ(verdict.identifiers[0].method, Method::spf);
  EXPECT_EQ(verdict.identifiers[0].alignment, AlignmentOutcome::relaxed);
  EXPECT_EQ(asked(verdict.identifiers[0].walk), "bounce.example.com example.com com");
  EXPECT_EQ(verdict.identifiers[1].selector, "s1");
  EXPECT_EQ(verdict.identifiers[1].alignment, AlignmentOutcome::strict);
  EXPECT_EQ(verdict.identifiers[2].selector, "s2");
  EXPECT_EQ(verdict.identifiers[2].alignment, AlignmentOutcome::not_needed);
}

TEST(Evaluate, by_suffix_list_aligns_without_asking) {
  const auto list = test::suffix_list();
  const Options options{DiscoveryMethod::psl, list.get()};
  World world(R"(
    _dmarc.example.co.uk  TXT    "v=DMARC1; p=reject"
    _dmarc.co.uk          RCODE  SERVFAIL
  )");
  const Verdict verdict =
      world.evaluate("a.example.co.uk", {.dkim = {"b.example.co.uk", "evil.co.uk"}}, options);
  EXPECT_EQ(summary(verdict), "pass reject example.co.uk example.co.uk");
  EXPECT_EQ(verdict.discovery, DiscoveryMethod::psl);
  EXPECT_EQ(verdict.identifiers[0].organizational_domain, name("example.co.uk"));
  EXPECT_EQ(verdict.identifiers[1].alignment, AlignmentOutcome::not_aligned);
  EXPECT_EQ(world.session().entries().size(), 3U) << "two records and the author's existence";
}

// Counts what evaluate() would have to wait for.
class Recorder final : public dns::Resolver {
 public:
  explicit Recorder(dns::Resolver& source) : source_(source) {}
  dns::AnswerPtr lookup(const dns::Name& asked_name, dns::Type type) override {
    looked_up.push_back(asked_name.text());
    return source_.lookup(asked_name, type);
  }
  void prefetch(const dns::Name& asked_name, dns::Type) override {
    if (looked_up.empty()) prefetched.push_back(asked_name.text());
  }
  std::vector<std::string> looked_up, prefetched;

 private:
  dns::Resolver& source_;
};

TEST(Prefetch, asks_everything_before_waiting_for_anything) {
  World world(rejecting);
  Recorder recorder(world.session());
  Inputs inputs{.author = name("a.example.com")};
  inputs.spf = SpfInput{.domain = name("b.example.com"), .outcome = MethodOutcome::pass};
  inputs.dkim = {{.domain = name("esp.example.org"), .outcome = MethodOutcome::pass}};
  EXPECT_EQ(evaluate(inputs, {}, recorder).result, Result::pass);
  using Names = std::vector<std::string>;
  EXPECT_EQ(recorder.prefetched, (Names{"_dmarc.a.example.com", "_dmarc.example.com", "_dmarc.com",
                                        "a.example.com", "_dmarc.b.example.com"}));
  EXPECT_EQ(recorder.looked_up, (Names{"_dmarc.a.example.com", "_dmarc.example.com", "_dmarc.com",
                                       "_dmarc.b.example.com"}))
      << "the identifier's walk goes on where the author's has been";
}

}  // namespace
}  // namespace dmarc
