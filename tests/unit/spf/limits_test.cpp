// The limits of RFC 7208 section 4.6.4, exactly at them and one past.
#include "spf/limits.h"

#include <gtest/gtest.h>

#include "world.h"

namespace dmarc::spf {
namespace {

std::string repeated(std::string_view text, std::size_t count) {
  std::string result;
  for (std::size_t i = 0; i < count; ++i)
    result += std::string(text) + ' ';
  return result;
}

// `count` records, each including the next; the last one passes the client.
std::string chain(std::size_t count, std::string_view link) {
  std::string zone = record(std::string(link) + "n1.example");
  for (std::size_t i = 1; i < count; ++i)
    zone += "n" + std::to_string(i) + ".example TXT v=spf1 " + std::string(link) + "n" +
            std::to_string(i + 1) + ".example\n";
  return zone + "n" + std::to_string(count) + ".example TXT v=spf1 ip4:192.0.2.1\n";
}

TEST(SpfTermLimit, ten_terms_of_every_kind_are_allowed) {
  const std::string zone =
      "example.org A 198.51.100.1\nexample.org MX 10 example.org\n"
      "1.2.0.192.in-addr.arpa PTR x.example\n"
      "inc.example TXT v=spf1 a:example.org -all\n";
  const std::string nine = "a mx ptr exists:y.example include:inc.example a mx ptr ";
  const std::string yes = "y.example AAAA ::1\n";
  EXPECT_EQ(code_in(record(nine + "a ip4:192.0.2.1 -all") + zone + yes), "pass");
  const Result over = check_in(record(nine + "a a ip4:192.0.2.1 -all") + zone + yes);
  EXPECT_EQ(over.code, Code::permerror);
  EXPECT_EQ(over.problem, "more than 10 terms that ask the DNS");
}

TEST(SpfTermLimit, counts_only_terms_that_are_reached) {
  EXPECT_EQ(code_in(record("ip4:192.0.2.1 " + repeated("a", 20) + "-all")), "pass");
  EXPECT_EQ(code_in(record(repeated("ip4:198.51.100.1", 50) + "-all")), "fail");
}

TEST(SpfTermLimit, runs_through_includes_and_redirects) {
  EXPECT_EQ(code_in(chain(10, "include:")), "pass");
  EXPECT_EQ(code_in(chain(11, "include:")), "permerror");
  EXPECT_EQ(code_in(chain(10, "redirect=")), "pass");
  EXPECT_EQ(code_in(chain(11, "redirect=")), "permerror");
}

TEST(SpfTermLimit, ends_loops) {
  EXPECT_EQ(code_in(record("include:example.org -all")), "permerror");
  EXPECT_EQ(code_in(record("redirect=example.org")), "permerror");
  EXPECT_EQ(code_in(record("include:b.example") + "b.example TXT v=spf1 redirect=example.org"),
            "permerror");
  EXPECT_EQ(code_in(record("include:%{d} include:%{d}")), "permerror");
}

TEST(SpfTermLimit, bounds_the_questions_of_nested_records) {
  std::string zone = record(repeated("include:n1.example", 10));
  for (int i = 1; i < 9; ++i)
    zone += "n" + std::to_string(i) + ".example TXT v=spf1 " +
            repeated("include:n" + std::to_string(i + 1) + ".example", 10) + '\n';
  RecordingResolver resolver(zone + "n9.example TXT v=spf1 -all");
  EXPECT_EQ(check_with(resolver).code, Code::permerror);
  EXPECT_LE(resolver.lookups.size(), max_dns_terms + 1);
  EXPECT_LE(resolver.prefetches.size(), max_dns_terms + 1);
}

TEST(SpfVoidLimit, two_terms_without_answer_are_allowed) {
  EXPECT_EQ(code_in(record("a:x.example a:y.example -all")), "fail");
  const Result over = check_in(record("a:x.example a:y.example a:z.example -all"));
  EXPECT_EQ(over.code, Code::permerror);
  EXPECT_EQ(over.problem, "more than 2 void look-ups; the last was for A records of z.example");
}

TEST(SpfVoidLimit, counts_every_mechanism_and_both_kinds_of_nothing) {
  const std::string zone = "there.example TXT x\n";
  const std::string two = "a:there.example exists:nowhere.example ";
  EXPECT_EQ(code_in(record(two + "-all") + zone), "fail");
  for (const char* third : {"a:there.example", "mx:there.example", "exists:there.example", "ptr"})
    EXPECT_EQ(code_in(record(two + third + " -all") + zone), "permerror") << third;
}

TEST(SpfVoidLimit, runs_through_includes) {
  EXPECT_EQ(code_in(record("a:x.example include:inc.example a:z.example -all") +
                    "inc.example TXT v=spf1 a:y.example"),
            "permerror");
}

TEST(SpfVoidLimit, is_configurable) {
  Ask ask;
  ask.options.max_void_lookups = 3;
  EXPECT_EQ(code_in(record("a:x.example a:y.example a:z.example -all"), ask), "fail");
  ask.options.max_void_lookups = 0;
  EXPECT_EQ(code_in(record("a:x.example -all"), ask), "permerror");
}

TEST(SpfVoidLimit, names_that_are_never_asked_do_not_count) {
  EXPECT_EQ(code_in(record("a:a..x.example a:b..x.example a:c..x.example -all")), "fail");
}

TEST(SpfVoidLimit, an_mx_term_counts_once_and_only_without_a_match) {
  const std::string zone =
      "example.org MX 10 a.example\nexample.org MX 10 b.example\n"
      "example.org MX 10 c.example\nexample.org MX 10 d.example\n"
      "d.example A 192.0.2.1\n";
  EXPECT_EQ(code_in(record("mx -all") + zone), "pass");
  EXPECT_EQ(code_in(record("mx -all") + zone, {.client = "192.0.2.2"}), "fail");
  EXPECT_EQ(code_in(record("mx -all") + zone, {.client = "2001:db8::1"}), "fail")
      << "hosts of the other family alone are no error";
  EXPECT_EQ(code_in(record("mx a:x.example -all") + zone, {.client = "192.0.2.2"}), "fail");
  EXPECT_EQ(code_in(record("mx a:x.example mx -all") + zone, {.client = "192.0.2.2"}), "permerror");
}

std::string with_mx_hosts(std::size_t count, std::string_view terms) {
  std::string zone = record(terms);
  for (std::size_t i = 1; i <= count; ++i) {
    const std::string host = "mx" + std::to_string(i) + ".example";
    zone += "example.org MX 10 " + host + '\n' + host + " A 198.51.100.1\n";
  }
  return zone;
}

TEST(SpfMxLimit, ten_hosts_are_allowed) {
  EXPECT_EQ(code_in(with_mx_hosts(10, "mx ip4:192.0.2.1")), "pass");
  const Result over = check_in(with_mx_hosts(11, "mx ip4:192.0.2.1"));
  EXPECT_EQ(over.code, Code::permerror);
  EXPECT_EQ(over.problem, "example.org has more than 10 MX hosts");
}

TEST(SpfMxLimit, does_not_depend_on_the_order_of_the_hosts) {
  EXPECT_EQ(code_in(with_mx_hosts(11, "mx -all"), {.client = "198.51.100.1"}), "permerror");
}

// Records longer than the character-strings of a zone line.
Result check_long(const std::vector<std::string>& texts) {
  dns::Zone zone;
  for (std::size_t i = 0; i < texts.size(); ++i)
    zone.add(name_of(i == 0 ? "example.org" : "n" + std::to_string(i) + ".example"), dns::Type::txt,
             "v=spf1 " + texts[i]);
  RecordingResolver resolver(std::move(zone));
  return check_with(resolver);
}

TEST(SpfRecordLimit, a_thousand_terms_are_read) {
  const std::string nearly = repeated("ip4:198.51.100.1", 999);
  EXPECT_EQ(check_long({nearly + "ip4:192.0.2.1"}).mechanism, "ip4:192.0.2.1");
  EXPECT_EQ(check_long({nearly + "ip4:192.0.2.1" + std::string(1000, ' ')}).code, Code::pass)
      << "blanks are not terms";
  for (const char* end : {"a -all", "-all x=y", "ip4:192.0.2.1 wrong"}) {
    const Result over = check_long({nearly + end});
    EXPECT_EQ(over.code, Code::permerror);
    EXPECT_EQ(over.problem, "the record of example.org has more than 1000 terms");
  }
}

TEST(SpfRecordLimit, all_records_together_have_64_kilobytes) {
  const std::string includes = "include:n1.example include:n2.example ip4:192.0.2.1";
  const std::size_t used = std::string("v=spf1 ").size() * 3 + includes.size() + 10;
  const std::string rest = "-all" + std::string(max_record_text - used - 4, ' ');
  EXPECT_EQ(check_long({includes, "-all      ", rest}).code, Code::pass) << "exactly";
  const Result over = check_long({includes, "-all       ", rest});
  EXPECT_EQ(over.code, Code::permerror);
  EXPECT_EQ(over.problem, "more than 65536 octets of SPF records");
}

TEST(SpfQuestionLimit, ten_mx_terms_with_ten_hosts_are_allowed_and_no_more) {
  std::string terms;
  std::string zone;
  for (int i = 0; i < 9; ++i) {
    const std::string domain = "d" + std::to_string(i) + ".example";
    terms += "mx:" + domain + ' ';
    for (int host = 0; host < 10; ++host)
      zone += domain + " MX 10 h" + std::to_string(host) + '.' + domain + "\nh" +
              std::to_string(host) + '.' + domain + " A 198.51.100.1\n";
  }
  zone += "last.example MX 10 a.last.example\na.last.example A 192.0.2.1\n";
  EXPECT_EQ(code_in(record(terms + "mx:last.example") + zone), "pass");

  // The client's names and their addresses are eleven questions more.
  for (int i = 0; i < 10; ++i) {
    zone += "1.2.0.192.in-addr.arpa PTR p" + std::to_string(i) + ".example\n";
    zone += "unknown.example MX 10 u" + std::to_string(i) + ".example\nu" + std::to_string(i) +
            ".example A 198.51.100.1\n";
  }
  RecordingResolver resolver(record(terms + "mx:%{p}.example -all") + zone);
  const Result over = check_with(resolver);
  EXPECT_EQ(over.code, Code::permerror);
  EXPECT_EQ(over.problem, "more than 120 questions to the DNS");
  EXPECT_EQ(resolver.prefetches.size(), max_questions);
}

std::string with_ptr_names(std::size_t before, std::string_view terms) {
  std::string zone = record(terms) + "mail.example.org A 192.0.2.1\n";
  for (std::size_t i = 0; i < before; ++i)
    zone += "1.2.0.192.in-addr.arpa PTR h" + std::to_string(i) + ".example.org\n";
  return zone + "1.2.0.192.in-addr.arpa PTR mail.example.org\n";
}

TEST(SpfPtrLimit, names_past_the_tenth_are_ignored) {
  EXPECT_EQ(code_in(with_ptr_names(9, "ptr -all")), "pass");
  EXPECT_EQ(code_in(with_ptr_names(10, "ptr -all")), "fail");
}

TEST(SpfPtrLimit, holds_for_the_client_name_macro) {
  const std::string seen = "mail.example.org.seen.example A 127.0.0.1\n";
  EXPECT_EQ(code_in(with_ptr_names(9, "exists:%{p}.seen.example -all") + seen), "pass");
  EXPECT_EQ(code_in(with_ptr_names(10, "exists:%{p}.seen.example -all") + seen), "fail");
}

TEST(SpfPtrLimit, a_thousand_names_cost_ten_questions) {
  RecordingResolver resolver(with_ptr_names(1000, "ptr -all"));
  EXPECT_EQ(check_with(resolver).code, Code::fail);
  EXPECT_EQ(resolver.lookups.size(), 12U) << "the record, the names, ten addresses";
}

}  // namespace
}  // namespace dmarc::spf
