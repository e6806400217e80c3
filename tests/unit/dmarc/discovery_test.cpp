#include "dmarc/discovery.h"

#include <gtest/gtest.h>

#include "unit/dmarc/public_suffix_file.h"
#include "unit/dmarc/world.h"

namespace dmarc {
namespace {

using test::asked;
using test::name;
using test::World;

// The name whose record applies; "-" for none.
std::string applied(std::string_view zone, std::string_view author, const Options& options = {}) {
  World world(zone);
  const Discovery found = discover(name(author), options, world.session());
  return found.applied ? found.walk[*found.applied].name.text() : "-";
}

TEST(Discovery, the_authors_own_record_applies) {
  constexpr auto zone = R"(
    _dmarc.a.example.com  TXT  "v=DMARC1; p=none"
    _dmarc.example.com    TXT  "v=DMARC1; p=reject"
  )";
  EXPECT_EQ(applied(zone, "a.example.com"), "a.example.com");
}

TEST(Discovery, the_record_of_the_organizational_domain_applies_not_one_in_between) {
  constexpr auto zone = R"(
    _dmarc.mail.example.com  TXT  "v=DMARC1; p=none"
    _dmarc.example.com       TXT  "v=DMARC1; p=reject"
  )";
  EXPECT_EQ(applied(zone, "a.mail.example.com"), "example.com");
}

TEST(Discovery, the_suffix_record_applies_only_where_the_organization_has_none) {
  constexpr auto zone = R"(
    _dmarc.bank.example        TXT  "v=DMARC1; p=none; psd=y"
    _dmarc.giant.bank.example  TXT  "v=DMARC1; p=reject"
    _dmarc.x.tiny.bank.example TXT  "v=DMARC1; p=quarantine"
  )";
  EXPECT_EQ(applied(zone, "www.giant.bank.example"), "giant.bank.example");
  EXPECT_EQ(applied(zone, "other.bank.example"), "bank.example");
  EXPECT_EQ(applied(zone, "y.x.tiny.bank.example"), "bank.example") << "x.tiny is in between";
}

TEST(Discovery, a_failure_matters_only_without_an_own_record) {
  constexpr auto zone = R"(
    _dmarc.a.example.com  TXT    "v=DMARC1; p=none"
    _dmarc.example.com    TXT    "v=DMARC1; p=reject"
    _dmarc.com            RCODE  SERVFAIL
  )";
  EXPECT_EQ(applied(zone, "a.example.com"), "a.example.com");
  EXPECT_EQ(applied(zone, "b.example.com"), "-");
}

TEST(Discovery, by_suffix_list_asks_two_names_at_most) {
  const auto list = test::suffix_list();
  const Options options{DiscoveryMethod::psl, list.get()};
  World world(R"(
    _dmarc.example.com  TXT  "v=DMARC1; p=reject"
  )");
  EXPECT_EQ(asked(discover(name("a.b.example.com"), options, world.session()).walk),
            "a.b.example.com example.com");
  EXPECT_EQ(asked(discover(name("example.com"), options, world.session()).walk), "example.com");
  EXPECT_EQ(asked(discover(name("co.uk"), options, world.session()).walk), "co.uk");
}

TEST(Discovery, by_suffix_list_needs_a_list) {
  EXPECT_EQ(effective_method({DiscoveryMethod::psl, nullptr}), DiscoveryMethod::treewalk);
  const auto list = test::suffix_list();
  EXPECT_EQ(effective_method({DiscoveryMethod::psl, list.get()}), DiscoveryMethod::psl);
  EXPECT_EQ(effective_method({DiscoveryMethod::treewalk, list.get()}), DiscoveryMethod::treewalk);
}

TEST(Discovery, by_suffix_list_ignores_the_psd_tag) {
  const auto list = test::suffix_list();
  constexpr auto zone = R"(
    _dmarc.example.com  TXT  "v=DMARC1; p=reject; psd=n"
  )";
  World world(zone);
  const Discovery found =
      discover(name("a.b.example.com"), {DiscoveryMethod::psl, list.get()}, world.session());
  EXPECT_EQ(found.organizations, test::names("example.com"));
  EXPECT_EQ(found.applied, 1U);
}

TEST(SuffixGuard, takes_a_record_at_a_public_suffix_for_the_operators) {
  const auto list = test::suffix_list();
  const Options guarded{DiscoveryMethod::treewalk, list.get()};
  World world(R"(
    _dmarc.hosting.example  TXT  "v=DMARC1; p=none; sp=reject"
  )");
  const auto orgs = [&](const Options& options) {
    return discover(name("a.b.hosting.example"), options, world.session()).organizations;
  };
  EXPECT_EQ(orgs({}), test::names("hosting.example")) << "by the letter of RFC 9989";
  EXPECT_EQ(orgs(guarded), test::names("b.hosting.example"));
  EXPECT_TRUE(discover(name("hosting.example"), guarded, world.session()).walk[0].suffix_guard);
}

TEST(SuffixGuard, believes_a_suffix_that_says_psd_no) {
  const auto list = test::suffix_list();
  World world(R"(
    _dmarc.hosting.example  TXT  "v=DMARC1; p=none; psd=n"
  )");
  const Discovery found =
      discover(name("a.hosting.example"), {DiscoveryMethod::treewalk, list.get()}, world.session());
  EXPECT_EQ(found.organizations, test::names("hosting.example"));
}

PolicyChoice choose(World& world, std::string_view record, std::string_view author) {
  return choose_policy(name(author), name("example.com"), Record::parse(record).value(),
                       world.session());
}

TEST(PolicyChoice, asks_whether_the_author_exists_only_when_it_matters) {
  World world("");
  EXPECT_EQ(choose(world, "v=DMARC1; p=none; np=reject", "example.com").existence, std::nullopt);
  EXPECT_EQ(choose(world, "v=DMARC1; p=none; sp=reject", "a.example.com").existence, std::nullopt);
  EXPECT_EQ(choose(world, "v=DMARC1; p=none; sp=reject; np=reject", "a.example.com").existence,
            std::nullopt);
  EXPECT_EQ(
      choose(world, "v=DMARC1; p=reject; sp=quarantine; np=none; t=y", "a.example.com").existence,
      std::nullopt)
      << "quarantine is lowered to none";
  EXPECT_TRUE(world.session().entries().empty());
  EXPECT_EQ(choose(world, "v=DMARC1; p=none; np=reject", "a.example.com").existence,
            dns::Outcome::no_such_name);
}

TEST(PolicyChoice, names_the_tag_that_the_policy_comes_from) {
  World world(R"(
    host.example.com     A      192.0.2.1
    host.ent.example.com A      192.0.2.1
    alias.example.com    CNAME  gone.example.org
    example.org          A      192.0.2.1
  )");
  constexpr auto record = "v=DMARC1; p=none; sp=quarantine; np=reject";
  EXPECT_EQ(choose(world, record, "example.com").source, PolicySource::p);
  EXPECT_EQ(choose(world, record, "host.example.com").source, PolicySource::sp);
  EXPECT_EQ(choose(world, record, "ent.example.com").source, PolicySource::sp) << "has names below";
  EXPECT_EQ(choose(world, record, "alias.example.com").source, PolicySource::sp)
      << "an alias exists";
  EXPECT_EQ(choose(world, record, "ghost.example.com").source, PolicySource::np);
  EXPECT_EQ(choose(world, record, "ghost.example.com").published, Policy::reject);
  EXPECT_EQ(choose(world, "v=DMARC1; p=reject", "ghost.example.com").source, PolicySource::p);
}

TEST(PolicyChoice, is_open_when_existence_cannot_be_found_out) {
  World world("a.example.com RCODE SERVFAIL");
  const PolicyChoice choice = choose(world, "v=DMARC1; p=none; np=reject", "a.example.com");
  EXPECT_EQ(choice.published, std::nullopt);
  EXPECT_EQ(choice.existence, dns::Outcome::temporary_failure);
  EXPECT_EQ(choice.existence_failure, dns::Failure::servfail);
}

TEST(PolicyChoice, of_a_record_treated_as_none_needs_no_existence) {
  World world("");
  const PolicyChoice choice =
      choose(world, "v=DMARC1; p=x; sp=none; np=reject; rua=mailto:a@x.org", "a.example.com");
  EXPECT_EQ(choice.published, Policy::none);
  EXPECT_EQ(choice.source, PolicySource::p);
  EXPECT_EQ(choice.existence, std::nullopt);
}

}  // namespace
}  // namespace dmarc
