#include <gtest/gtest.h>

#include <dmarc/discovery.h>

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
  const Discovery found = world.discover(author, options);
  return found.applied ? found.walk.steps[*found.applied].name.text() : "-";
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
  EXPECT_EQ(asked(world.discover("a.b.example.com", options).walk.steps),
            "a.b.example.com example.com");
  EXPECT_EQ(asked(world.discover("example.com", options).walk.steps), "example.com");
  EXPECT_EQ(asked(world.discover("co.uk", options).walk.steps), "co.uk");
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
  const Discovery found = world.discover("a.b.example.com", {DiscoveryMethod::psl, list.get()});
  EXPECT_EQ(found.walk.organizations, test::names("example.com"));
  EXPECT_EQ(found.applied, 1U);
}

TEST(SuffixGuard, takes_a_record_at_a_public_suffix_for_the_operators) {
  const auto list = test::suffix_list();
  const Options guarded{DiscoveryMethod::treewalk, list.get()};
  World world(R"(
    _dmarc.hosting.example  TXT  "v=DMARC1; p=none; sp=reject"
  )");
  const auto orgs = [&](const Options& options) {
    return world.discover("a.b.hosting.example", options).walk.organizations;
  };
  EXPECT_EQ(orgs({}), test::names("hosting.example")) << "by the letter of RFC 9989";
  EXPECT_EQ(orgs(guarded), test::names("b.hosting.example"));
  EXPECT_TRUE(world.discover("hosting.example", guarded).walk.steps[0].suffix_guard);
}

TEST(SuffixGuard, believes_a_suffix_that_says_psd_no) {
  const auto list = test::suffix_list();
  World world(R"(
    _dmarc.hosting.example  TXT  "v=DMARC1; p=none; psd=n"
  )");
  const Discovery found =
      world.discover("a.hosting.example", {DiscoveryMethod::treewalk, list.get()});
  EXPECT_EQ(found.walk.organizations, test::names("hosting.example"));
}

// What is found for an author with this record at example.com.
Discovery choose(std::string_view zone, std::string_view record, std::string_view author) {
  World world(std::string(zone) + "\n_dmarc.example.com TXT \"" + std::string(record) + '"');
  return world.discover(author);
}

TEST(PolicyChoice, looks_whether_the_author_exists_only_when_it_matters) {
  const auto existence = [](std::string_view record, std::string_view author) {
    return choose("", record, author).existence;
  };
  EXPECT_EQ(existence("v=DMARC1; p=none; np=reject", "example.com"), std::nullopt);
  EXPECT_EQ(existence("v=DMARC1; p=none; sp=reject", "a.example.com"), std::nullopt);
  EXPECT_EQ(existence("v=DMARC1; p=none; sp=reject; np=reject", "a.example.com"), std::nullopt);
  EXPECT_EQ(existence("v=DMARC1; p=reject; sp=quarantine; np=none; t=y", "a.example.com"),
            std::nullopt)
      << "quarantine is lowered to none";
  EXPECT_EQ(existence("v=DMARC1; p=none; np=reject", "a.example.com"), dns::Outcome::no_such_name);
}

TEST(PolicyChoice, names_the_tag_that_the_policy_comes_from) {
  constexpr auto zone = R"(
    host.example.com     A      192.0.2.1
    host.ent.example.com A      192.0.2.1
    alias.example.com    CNAME  gone.example.org
    example.org          A      192.0.2.1
  )";
  constexpr auto record = "v=DMARC1; p=none; sp=quarantine; np=reject";
  const auto source = [&](std::string_view author) {
    return choose(zone, record, author).policy_source;
  };
  EXPECT_EQ(source("example.com"), PolicySource::p);
  EXPECT_EQ(source("host.example.com"), PolicySource::sp);
  EXPECT_EQ(source("ent.example.com"), PolicySource::sp) << "has names below";
  EXPECT_EQ(source("alias.example.com"), PolicySource::sp) << "an alias exists";
  EXPECT_EQ(source("ghost.example.com"), PolicySource::np);
  EXPECT_EQ(choose(zone, record, "ghost.example.com").published_policy, Policy::reject);
  EXPECT_EQ(choose(zone, "v=DMARC1; p=reject", "ghost.example.com").policy_source, PolicySource::p);
}

TEST(PolicyChoice, is_open_when_existence_cannot_be_found_out) {
  const Discovery found =
      choose("a.example.com RCODE SERVFAIL", "v=DMARC1; p=none; np=reject", "a.example.com");
  EXPECT_EQ(found.published_policy, std::nullopt);
  EXPECT_EQ(found.existence, dns::Outcome::temporary_failure);
  EXPECT_EQ(found.existence_failure, dns::Failure::servfail);
}

TEST(PolicyChoice, of_a_record_treated_as_none_needs_no_existence) {
  const Discovery found =
      choose("", "v=DMARC1; p=x; sp=none; np=reject; rua=mailto:a@x.org", "a.example.com");
  EXPECT_EQ(found.published_policy, Policy::none);
  EXPECT_EQ(found.policy_source, PolicySource::p);
  EXPECT_EQ(found.existence, std::nullopt);
}

// Answers at hand, of which some are held back.
class Held final : public dns::Answers {
 public:
  explicit Held(std::string_view zone) : world_(zone) {}

  dns::AnswerPtr find(const dns::Question& question) const override {
    const bool held = std::find(held_.begin(), held_.end(), question.name.text()) != held_.end();
    return held ? nullptr : world_.session().lookup(question.name, question.type);
  }
  void hold(std::vector<std::string> names) { held_ = std::move(names); }

 private:
  mutable World world_;
  std::vector<std::string> held_;
};

// The questions still open, blank-separated; "!" in front when the verdict can't change any more;
// "done" for a result.
std::string open(const dns::Step<Discovery>& step) {
  const auto* const need = std::get_if<dns::Need>(&step);
  if (!need) return "done";
  std::string text = need->sufficient ? "!" : "";
  for (const dns::Question& question : need->questions)
    text += (text.size() < 2 ? "" : " ") + question.name.text();
  return text;
}

constexpr auto own_record = R"(
  _dmarc.example.com  TXT  "v=DMARC1; p=reject"
)";

TEST(DiscoveryCheck, asks_for_the_author_and_its_relations_at_once) {
  DiscoveryCheck check(name("a.example.com"), {});
  check.identifiers({{Method::spf, name("b.example.com")}, {Method::spf, name("esp.example.org")}},
                    false);
  EXPECT_EQ(open(check.begin()),
            "_dmarc.a.example.com _dmarc.example.com _dmarc.com a.example.com "
            "_dmarc.b.example.com");
}

TEST(DiscoveryCheck, waits_for_the_identifiers_when_all_else_is_known) {
  const Held answers(own_record);
  DiscoveryCheck check(name("example.com"), {});
  EXPECT_EQ(open(check.next(answers)), "");
  check.identifiers({{Method::spf, name("b.example.com")}}, false);
  EXPECT_EQ(open(check.next(answers)), "");
  check.identifiers({{Method::spf, name("b.example.com"), MethodOutcome::pass}}, true);
  EXPECT_EQ(open(check.next(answers)), "done");
}

TEST(DiscoveryCheck, is_sufficient_once_an_aligned_pass_is_certain) {
  Held answers(own_record);
  answers.hold({"_dmarc.com", "_dmarc.b.example.com"});
  DiscoveryCheck check(name("example.com"), {});
  check.identifiers({{Method::spf, name("b.example.com")},
                     {Method::dkim, name("example.com"), MethodOutcome::pass}},
                    false);
  EXPECT_EQ(open(check.next(answers)), "!_dmarc.com _dmarc.b.example.com")
      << "the author's own record applies, whatever stands above it";
  check.identifiers({{Method::spf, name("b.example.com"), MethodOutcome::pass}}, true);
  EXPECT_EQ(open(check.next(answers)), "_dmarc.com _dmarc.b.example.com");
  answers.hold({"_dmarc.b.example.com"});
  EXPECT_EQ(open(check.next(answers)), "_dmarc.b.example.com");
  answers.hold({});
  EXPECT_EQ(open(check.next(answers)), "done");
}

// What the check waits for when the walk of a.example.com is the only thing not known.
std::string waits(std::string_view zone, std::vector<Candidate> candidates) {
  Held answers(zone);
  answers.hold({"_dmarc.a.example.com"});
  DiscoveryCheck check(name("example.com"), {}, std::move(candidates));
  return open(check.next(answers));
}

TEST(DiscoveryCheck, does_not_wait_for_what_evaluation_would_not_look_at) {
  const Candidate pass{Method::dkim, name("a.example.com"), MethodOutcome::pass};
  const Candidate temperror{Method::dkim, name("a.example.com"), MethodOutcome::temperror};
  EXPECT_EQ(waits(own_record, {pass}), "_dmarc.a.example.com");
  EXPECT_EQ(waits(own_record, {temperror}), "_dmarc.a.example.com");
  EXPECT_EQ(waits(own_record, {{Method::dkim, name("a.example.com")}}), "_dmarc.a.example.com");
  EXPECT_EQ(waits(own_record, {{Method::dkim, name("a.example.com"), MethodOutcome::other}}),
            "done");
  EXPECT_EQ(waits(own_record, {temperror, {Method::spf, name("example.com"), MethodOutcome::pass}}),
            "done")
      << "an aligned pass decides";
  EXPECT_EQ(waits("_dmarc.example.com TXT \"v=DMARC1; p=none; adkim=s\"", {pass}), "done");
  EXPECT_EQ(waits("_dmarc.example.com TXT \"v=DMARC1\"", {pass}), "done") << "not usable";
  EXPECT_EQ(waits("", {pass}), "done") << "no record";
}

}  // namespace
}  // namespace dmarc
