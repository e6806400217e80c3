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

Authentication::Dkim dkim(MethodOutcome outcome, std::string_view d) {
  return {{name(d), outcome}};
}

constexpr auto pass = MethodOutcome::pass;
constexpr auto other = MethodOutcome::other;

TEST(Authentication, keeps_the_signatures_nearest_to_the_author_when_there_are_too_many) {
  std::vector<Authentication::Dkim> many;
  for (std::size_t i = 0; i < max_dkim; ++i) {
    many.push_back(dkim(other, "legitimate.com"));
    many.push_back(dkim(pass, "d" + std::to_string(i) + ".attack.com"));
  }
  many.push_back(dkim(pass, "legitimate.com"));
  many.push_back(dkim(pass, "news.legitimate.com"));
  keep_nearest(many, std::vector{name("news.legitimate.com")});
  ASSERT_EQ(many.size(), max_dkim);
  EXPECT_EQ(many[0].input.domain, name("news.legitimate.com"));
  EXPECT_EQ(many[1].input.domain, name("legitimate.com"));
  EXPECT_EQ(many[1].input.outcome, pass);
}

TEST(Authentication, keeps_the_order_of_the_fields_otherwise) {
  std::vector some{dkim(other, "b.com"), dkim(pass, "a.com"), dkim(pass, "legitimate.com")};
  keep_nearest(some, std::vector{name("legitimate.com")});
  ASSERT_EQ(some.size(), 3U);
  EXPECT_EQ(some[0].input.domain, name("b.com"));
  EXPECT_EQ(some[2].input.domain, name("legitimate.com"));
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
