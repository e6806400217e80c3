#include "policy/authentication.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "world.h"

namespace dmarc::policy {
namespace {

using test::Mail;

dns::Name name(std::string_view text) {
  return *dns::Name::parse(text);
}

mail::MethodResult dkim(std::string_view result, std::string_view d, std::string_view s = "sel") {
  return {"dkim",
          mail::parse_result_word(result),
          "",
          {{"header", "d", std::string(d)}, {"header", "s", std::string(s)}}};
}

struct Found {
  std::vector<Authentication::Dkim> dkim;
};

Found authenticate_with(std::vector<mail::MethodResult> results) {
  TrustedResults upstream;
  upstream.dkim = std::move(results);
  const std::vector authors{name("news.legitimate.com")};
  return {believed_signatures(upstream, authors)};
}

TEST(Authentication, reads_the_domain_selector_and_result_of_a_signature) {
  const auto found = authenticate_with({dkim("pass", "LEGITIMATE.com", "s1")});
  ASSERT_EQ(found.dkim.size(), 1U);
  EXPECT_EQ(found.dkim[0].input.domain, name("legitimate.com"));
  EXPECT_EQ(found.dkim[0].input.selector, "s1");
  EXPECT_EQ(found.dkim[0].input.outcome, MethodOutcome::pass);
  EXPECT_EQ(found.dkim[0].result, mail::ResultWord::pass);
}

TEST(Authentication, takes_only_pass_for_a_pass) {
  for (const char* word : {"fail", "none", "policy", "neutral", "permerror", "passed", "discard"}) {
    EXPECT_EQ(authenticate_with({dkim(word, "legitimate.com")}).dkim[0].input.outcome,
              MethodOutcome::other);
  }
  EXPECT_EQ(authenticate_with({dkim("temperror", "legitimate.com")}).dkim[0].input.outcome,
            MethodOutcome::temperror);
}

TEST(Authentication, ignores_signatures_whose_domain_is_no_host_name) {
  for (const char* d :
       {"legitimate.com'a.attack.com", "legitimate.com(.attack.com", "legitimate.com\"=(", "",
        "legitimate.com.", ".legitimate.com", "a b.com", "@legitimate.com", "legitimate.com\n"}) {
    EXPECT_TRUE(authenticate_with({dkim("pass", d)}).dkim.empty()) << d;
  }
}

TEST(Authentication, goes_by_header_d_alone) {
  const std::vector<mail::Property> others{
      {"header", "i", "@legitimate.com"}, {"header", "domain", "legitimate.com"},
      {"body", "d", "legitimate.com"},    {"header", "from", "legitimate.com"},
      {"policy", "d", "legitimate.com"},
  };
  EXPECT_TRUE(authenticate_with({{"dkim", mail::ResultWord::pass, "", others}}).dkim.empty());
}

TEST(Authentication, keeps_the_signatures_nearest_to_the_author_when_there_are_too_many) {
  std::vector<mail::MethodResult> many;
  for (std::size_t i = 0; i < max_dkim; ++i) {
    many.push_back(dkim("fail", "legitimate.com"));
    many.push_back(dkim("pass", "d" + std::to_string(i) + ".attack.com"));
  }
  many.push_back(dkim("pass", "legitimate.com"));
  many.push_back(dkim("pass", "news.legitimate.com"));
  const auto found = authenticate_with(many);
  ASSERT_EQ(found.dkim.size(), max_dkim);
  EXPECT_EQ(found.dkim[0].input.domain, name("news.legitimate.com"));
  EXPECT_EQ(found.dkim[1].input.domain, name("legitimate.com"));
  EXPECT_EQ(found.dkim[1].result, mail::ResultWord::pass);
}

TEST(Authentication, keeps_the_order_of_the_fields_otherwise) {
  const auto found = authenticate_with(
      {dkim("fail", "b.com"), dkim("pass", "a.com"), dkim("pass", "legitimate.com")});
  ASSERT_EQ(found.dkim.size(), 3U);
  EXPECT_EQ(found.dkim[0].input.domain, name("b.com"));
  EXPECT_EQ(found.dkim[2].input.domain, name("legitimate.com"));
}

TEST(Authentication, finds_the_result_for_the_sender) {
  const std::vector<mail::MethodResult> upstream{
      {"spf", mail::ResultWord::pass, "", {{"smtp", "mailfrom", "attack.com"}}}};
  const SpfFinding found = find_spf(Mail().message(), {}, upstream, nullptr);
  EXPECT_EQ(found.source, Authentication::SpfSource::auth_results);
  EXPECT_EQ(found.result, mail::ResultWord::pass);
  ASSERT_TRUE(found.input.has_value());
  EXPECT_EQ(found.input->domain, name("attack.com"));
}

}  // namespace
}  // namespace dmarc::policy
