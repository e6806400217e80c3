#include "policy/form.h"

#include <gtest/gtest.h>

#include <string>

#include "world.h"

namespace dmarc::policy {
namespace {

using mail::AuthorDefect;
using test::lines_of;
using test::Mail;

dns::Name name(std::string_view text) {
  return *dns::Name::parse(text);
}

mail::Author author_of(const std::vector<std::string>& domains) {
  mail::Author author;
  for (const std::string& domain : domains)
    author.domains.push_back(name(domain));
  author.visible = author.domains;
  if (!domains.empty()) author.as_written = domains.front();
  author.from_fields = 1;
  return author;
}

mail::Author broken_author(AuthorDefect defect, const std::vector<std::string>& visible) {
  mail::Author author = author_of(visible);
  author.domains.clear();
  author.defect = defect;
  author.detail = "what was wrong";
  if (defect == AuthorDefect::several_from) author.from_fields = 2;
  if (defect == AuthorDefect::no_from) author.from_fields = 0;
  return author;
}

std::vector<std::string> eleven_domains() {
  std::vector<std::string> domains;
  for (int i = 0; i < 11; ++i)
    domains.push_back("d" + std::to_string(i) + ".com");
  return domains;
}

Mail ordinary() {
  return Mail().from("<a@example.org>").field("Date", "today");
}

TEST(Form, evaluates_the_one_domain_of_a_clean_from) {
  const FormRuling ruling = rule_on_form(ordinary().message(), author_of({"example.org"}), {});
  EXPECT_EQ(ruling.course, Course::evaluate);
  EXPECT_EQ(ruling.domains, std::vector{name("example.org")});
  EXPECT_EQ(ruling.problem, "");
  EXPECT_FALSE(ruling.incomplete);
  EXPECT_TRUE(ruling.events.empty());
}

TEST(Form, evaluates_every_domain_of_a_clean_from) {
  const FormRuling ruling = rule_on_form(ordinary().message(), author_of({"a.com", "b.com"}), {});
  EXPECT_EQ(ruling.domains, (std::vector{name("a.com"), name("b.com")}));
  EXPECT_EQ(ruling.problem, "");
  EXPECT_EQ(lines_of(ruling.events),
            (std::vector<std::string>{
                "4F2A1: multi-valued From field detected",
                "4F2A1: From field: several domains; could be taken for a.com, b.com"}));
}

TEST(Form, evaluates_every_visible_domain_of_a_broken_from) {
  const auto author = broken_author(AuthorDefect::syntax, {"a.com", "b.com"});
  const FormRuling ruling = rule_on_form(ordinary().message(), author, {});
  EXPECT_EQ(ruling.course, Course::evaluate);
  EXPECT_EQ(ruling.domains, (std::vector{name("a.com"), name("b.com")}));
  EXPECT_EQ(ruling.problem, describe(AuthorDefect::syntax));
  EXPECT_FALSE(ruling.incomplete);
}

TEST(Form, stops_at_ten_domains_and_says_so) {
  const FormRuling ruling = rule_on_form(ordinary().message(), author_of(eleven_domains()), {});
  EXPECT_EQ(ruling.domains.size(), 10U);
  EXPECT_EQ(ruling.problem, "too many author domains");
  EXPECT_TRUE(ruling.incomplete);
  auto ten = eleven_domains();
  ten.pop_back();
  EXPECT_FALSE(rule_on_form(ordinary().message(), author_of(ten), {}).incomplete);
}

TEST(Form, takes_a_from_beyond_the_limits_for_incomplete) {
  const auto author = broken_author(AuthorDefect::too_long, {"a.com"});
  const FormRuling ruling = rule_on_form(ordinary().message(), author, {});
  EXPECT_EQ(ruling.domains, std::vector{name("a.com")});
  EXPECT_TRUE(ruling.incomplete);
}

TEST(Form, has_nothing_to_evaluate_when_no_domain_can_be_seen) {
  const auto author = broken_author(AuthorDefect::no_address, {});
  const FormRuling ruling = rule_on_form(ordinary().message(), author, {});
  EXPECT_EQ(ruling.course, Course::evaluate);
  EXPECT_TRUE(ruling.domains.empty());
  EXPECT_EQ(ruling.problem, describe(AuthorDefect::no_address));
  EXPECT_EQ(lines_of(ruling.events).front(), "4F2A1: unable to parse From header field");
}

TEST(Form, only_reports_with_multi_from_policy_permerror) {
  Settings settings;
  settings.multi_from_policy = MultiFromPolicy::permerror;
  const Message& message = ordinary().message();
  const auto several = rule_on_form(message, author_of({"a.com", "b.com"}), settings);
  EXPECT_TRUE(several.domains.empty());
  EXPECT_EQ(several.problem, "several author domains");
  const auto broken =
      rule_on_form(message, broken_author(AuthorDefect::syntax, {"a.com"}), settings);
  EXPECT_TRUE(broken.domains.empty());
  EXPECT_EQ(broken.problem, describe(AuthorDefect::syntax));
  const auto many = rule_on_form(message, author_of(eleven_domains()), settings);
  EXPECT_FALSE(many.incomplete);
  const auto one = rule_on_form(message, author_of({"a.com"}), settings);
  EXPECT_EQ(one.domains.size(), 1U);
}

TEST(Form, accepts_a_missing_from_unless_it_is_required) {
  const auto author = broken_author(AuthorDefect::no_from, {});
  const Message message = Mail().field("Date", "today").message();
  const FormRuling accepted = rule_on_form(message, author, {});
  EXPECT_EQ(accepted.course, Course::evaluate);
  EXPECT_EQ(accepted.problem, describe(AuthorDefect::no_from));
  EXPECT_EQ(lines_of(accepted.events),
            (std::vector<std::string>{
                "4F2A1: RFC5322 requirement error: missing From field; accepting"}));

  Settings settings;
  settings.required_from = true;
  const FormRuling rejected = rule_on_form(message, author, settings);
  EXPECT_EQ(rejected.course, Course::reject);
  EXPECT_EQ(rejected.reason, "message has no From field");
  EXPECT_EQ(
      lines_of(rejected.events),
      (std::vector<std::string>{"4F2A1: RFC5322 requirement error: missing From field; reject"}));
}

TEST(Form, rejects_a_from_without_usable_domain_when_from_or_headers_are_required) {
  const auto author = broken_author(AuthorDefect::no_domain, {});
  for (bool Settings::*option : {&Settings::required_from, &Settings::required_headers}) {
    Settings settings;
    settings.*option = true;
    const FormRuling ruling = rule_on_form(ordinary().message(), author, settings);
    EXPECT_EQ(ruling.course, Course::reject);
    EXPECT_EQ(ruling.reason, "unable to parse From header field");
  }
  EXPECT_EQ(rule_on_form(ordinary().message(), author, {}).course, Course::evaluate);
}

// M7
TEST(Form, lets_a_bounce_of_nobody_in_unless_from_is_required) {
  Settings settings;
  settings.required_headers = true;
  const auto ruling_on = [&](std::string_view from, std::string_view sender) {
    const Message message = Mail().sender(sender).from(from).field("Date", "today").message();
    return rule_on_form(message, mail::find_author(message.header), settings);
  };
  for (const char* nobody :
       {"MAILER-DAEMON", "Mail Delivery Subsystem <MAILER-DAEMON>", "<>", "\"Postmaster\" <>",
        "undisclosed-recipients:;", "MAILER-DAEMON@[192.0.2.1]"}) {
    EXPECT_EQ(ruling_on(nobody, "<>").course, Course::evaluate) << nobody;
    EXPECT_FALSE(ruling_on(nobody, "<>").problem.empty()) << nobody;
    EXPECT_EQ(ruling_on(nobody, "<a@example.org>").course, Course::reject) << nobody;
  }
  for (const char* somebody :
       {"admin@example.org <example.org>", "<a@b.test> <a@example.org>", "a@example..org",
        "a@example.org\x01", "MAILER-DAEMON@example.org"}) {
    const FormRuling ruling = ruling_on(somebody, "<>");
    EXPECT_TRUE(ruling.course == Course::reject || !ruling.domains.empty()) << somebody;
  }
  settings.required_from = true;
  EXPECT_EQ(ruling_on("MAILER-DAEMON", "<>").course, Course::reject);
}

TEST(Form, rejects_several_domains_or_fields_with_reject_multi_value_from) {
  Settings settings;
  settings.reject_multi_value_from = true;
  const Message& message = ordinary().message();
  EXPECT_EQ(rule_on_form(message, author_of({"a.com", "b.com"}), settings).course, Course::reject);
  EXPECT_EQ(
      rule_on_form(message, broken_author(AuthorDefect::several_from, {"a.com"}), settings).reason,
      "multi-valued From field");
  EXPECT_EQ(rule_on_form(message, broken_author(AuthorDefect::syntax, {"a.com", "b.com"}), settings)
                .course,
            Course::reject);
  EXPECT_EQ(rule_on_form(message, author_of({"a.com"}), settings).course, Course::evaluate);
}

TEST(Form, rejects_a_broken_header_requirement_with_its_text) {
  Settings settings;
  settings.required_headers = true;
  const Message message = Mail().from("<a@example.org>").message();
  const FormRuling ruling = rule_on_form(message, author_of({"example.org"}), settings);
  EXPECT_EQ(ruling.course, Course::reject);
  EXPECT_EQ(ruling.reason, "missing Date field");
  EXPECT_EQ(lines_of(ruling.events),
            std::vector<std::string>{"4F2A1: RFC5322 requirement error: missing Date field"});
  EXPECT_EQ(rule_on_form(message, author_of({"example.org"}), {}).course, Course::evaluate);
}

TEST(Form, ignores_mail_whose_author_domains_are_all_listed) {
  Settings settings;
  settings.ignore_mail_from = {*dns::Name::parse("example.org"), *dns::Name::parse("example.net")};
  const Message& message = ordinary().message();
  const auto ignored = rule_on_form(message, author_of({"example.org"}), settings);
  EXPECT_EQ(ignored.course, Course::ignore);
  EXPECT_EQ(lines_of(ignored.events),
            std::vector<std::string>{"4F2A1: ignoring mail from example.org"});
  EXPECT_EQ(rule_on_form(message, author_of({"example.org", "example.net"}), settings).course,
            Course::ignore);
  EXPECT_EQ(rule_on_form(message, author_of({"example.org", "other.com"}), settings).course,
            Course::evaluate);
  EXPECT_EQ(rule_on_form(message, author_of({"sub.example.org"}), settings).course,
            Course::evaluate);
}

TEST(Form, never_ignores_a_broken_from) {
  Settings settings;
  settings.ignore_mail_from = {*dns::Name::parse("example.org")};
  for (const auto defect : {AuthorDefect::several_from, AuthorDefect::syntax,
                            AuthorDefect::bad_octet, AuthorDefect::too_long}) {
    const auto ruling =
        rule_on_form(ordinary().message(), broken_author(defect, {"example.org"}), settings);
    EXPECT_EQ(ruling.course, Course::evaluate);
    EXPECT_NE(ruling.problem, "");
  }
}

TEST(Form, lets_a_truncated_header_in_only_where_nothing_is_enforced) {
  const Message message = ordinary().truncated().message();
  const auto author = author_of({"example.org"});
  const FormRuling accepted = rule_on_form(message, author, {});
  EXPECT_EQ(accepted.course, Course::evaluate);
  EXPECT_TRUE(accepted.domains.empty());
  EXPECT_EQ(accepted.problem, "message header too large to check");
  for (bool Settings::*option : {&Settings::reject_failures, &Settings::required_headers}) {
    Settings settings;
    settings.*option = true;
    const FormRuling rejected = rule_on_form(message, author, settings);
    EXPECT_EQ(rejected.course, Course::reject);
    EXPECT_EQ(rejected.reason, "message header too large to check");
    EXPECT_EQ(lines_of(rejected.events),
              std::vector<std::string>{"4F2A1: header fields exceed the limit; rejecting"});
  }
}

}  // namespace
}  // namespace dmarc::policy
