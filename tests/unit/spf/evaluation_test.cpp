// What check() makes of records: mechanisms, qualifiers, include, redirect, errors.
#include <gtest/gtest.h>

#include "world.h"

namespace dmarc::spf {
namespace {

using Path = std::vector<std::string>;

TEST(SpfResult, is_none_without_a_record) {
  EXPECT_EQ(code_in("example.org A 192.0.2.1"), "none");
  EXPECT_EQ(code_in("example.org TXT hello"), "none");
  EXPECT_EQ(code_in("other.example A 192.0.2.1"), "none");
  EXPECT_EQ(check_in("other.example A 192.0.2.1").problem, "example.org does not exist");
  EXPECT_EQ(check_in("example.org TXT hello").problem, "example.org publishes no SPF record");
}

TEST(SpfResult, two_records_at_one_name_are_a_permanent_error) {
  const Result result = check_in("example.org TXT v=spf1 -all\nexample.org TXT v=spf1 +all");
  EXPECT_EQ(result.code, Code::permerror);
  EXPECT_EQ(result.problem, "example.org publishes more than one SPF record");
}

TEST(SpfResult, other_text_records_do_not_count) {
  EXPECT_EQ(code_in(record("+all") + "example.org TXT v=spf10 -all\nexample.org TXT \"\\255\""),
            "pass");
}

TEST(SpfResult, a_failed_look_up_of_the_record_is_a_temporary_error) {
  for (const char* rcode : {"SERVFAIL", "REFUSED", "TIMEOUT"}) {
    const Result result = check_in("example.org RCODE " + std::string(rcode));
    EXPECT_EQ(result.code, Code::temperror) << rcode;
    EXPECT_EQ(result.problem.find("the look-up of TXT records of example.org failed: "), 0U);
  }
}

TEST(SpfResult, says_which_term_decided_and_what_was_published) {
  const Result result = check_in(record("ip4:198.51.100.0/24 ?ip4:192.0.2.0/24 -all"));
  EXPECT_EQ(result.code, Code::neutral);
  EXPECT_EQ(result.mechanism, "?ip4:192.0.2.0/24");
  EXPECT_EQ(result.path, Path{});
  EXPECT_EQ(result.problem, "");
  EXPECT_EQ(result.record, "v=spf1 ip4:198.51.100.0/24 ?ip4:192.0.2.0/24 -all");
  EXPECT_EQ(result.domain->text(), "example.org");
}

TEST(SpfResult, first_match_decides) {
  EXPECT_EQ(code_in(record("?ip4:192.0.2.1 -ip4:192.0.2.0/24 +all")), "neutral");
  EXPECT_EQ(code_in(record("-all +all")), "fail");
  EXPECT_EQ(code_in(record("~all")), "softfail");
}

TEST(SpfResult, is_neutral_when_nothing_matches) {
  const Result result = check_in(record("ip4:198.51.100.1"));
  EXPECT_EQ(result.code, Code::neutral);
  EXPECT_EQ(result.mechanism, "");
}

TEST(SpfResult, a_syntax_error_wins_over_a_match_before_it) {
  const Result result = check_in(record("+all ip4:1.2.3"));
  EXPECT_EQ(result.code, Code::permerror);
  EXPECT_EQ(result.problem,
            "syntax error in the record of example.org: \"ip4:1.2.3\": not an IPv4 network");
  EXPECT_EQ(result.record, "v=spf1 +all ip4:1.2.3");
}

TEST(SpfNetwork, families_do_not_mix) {
  EXPECT_EQ(code_in(record("ip6:::/0 -all")), "fail");
  EXPECT_EQ(code_in(record("ip4:0.0.0.0/0 -all"), {.client = "2001:db8::1"}), "fail");
  EXPECT_EQ(code_in(record("ip4:0.0.0.0/0 -all")), "pass");
  EXPECT_EQ(code_in(record("ip6:::/0 -all"), {.client = "2001:db8::1"}), "pass");
}

TEST(SpfNetwork, prefixes_end_inside_octets) {
  EXPECT_EQ(code_in(record("ip4:192.0.2.128/25 -all"), {.client = "192.0.2.127"}), "fail");
  EXPECT_EQ(code_in(record("ip4:192.0.2.128/25 -all"), {.client = "192.0.2.128"}), "pass");
  EXPECT_EQ(code_in(record("ip6:2001:db8:8000::/33 -all"), {.client = "2001:db8:7fff::"}), "fail");
  EXPECT_EQ(code_in(record("ip6:2001:db8:8000::/33 -all"), {.client = "2001:db8:8000::"}), "pass");
}

TEST(SpfNetwork, a_mapped_client_is_an_ipv4_client) {
  EXPECT_EQ(code_in(record("ip4:192.0.2.1 -all"), {.client = "::ffff:192.0.2.1"}), "pass");
  EXPECT_EQ(code_in(record("ip6:::ffff:0:0/96 -all"), {.client = "::ffff:192.0.2.1"}), "fail");
  EXPECT_EQ(code_in(record("a -all") + "example.org A 192.0.2.1", {.client = "::ffff:192.0.2.1"}),
            "pass");
}

TEST(SpfA, matches_any_address_of_the_clients_family) {
  const std::string zone = record("a:mail.example.org/24//64 -all") +
                           "mail.example.org A 198.51.100.1\nmail.example.org A 192.0.2.77\n"
                           "mail.example.org AAAA 2001:db8::77";
  EXPECT_EQ(code_in(zone), "pass");
  EXPECT_EQ(code_in(zone, {.client = "192.0.3.1"}), "fail");
  EXPECT_EQ(code_in(zone, {.client = "2001:db8::1"}), "pass");
  EXPECT_EQ(code_in(zone, {.client = "2001:db8:0:1::1"}), "fail");
}

TEST(SpfA, a_prefix_of_zero_still_needs_an_address) {
  EXPECT_EQ(code_in(record("a/0 -all")), "fail");
  EXPECT_EQ(code_in(record("a/0 -all") + "example.org A 203.0.113.9"), "pass");
}

TEST(SpfA, follows_aliases) {
  EXPECT_EQ(code_in(record("a:www.example.org -all") +
                    "www.example.org CNAME host.example.net\nhost.example.net A 192.0.2.1"),
            "pass");
}

TEST(SpfA, does_not_match_a_name_that_cannot_be_asked) {
  EXPECT_EQ(code_in(record("a:a..example.org -all")), "fail");
  EXPECT_EQ(code_in(record("a:%{h} -all"), {.helo = "JUMPIN' JUPITER"}), "fail");
  EXPECT_EQ(code_in(record("a:%{h} -all"), {.helo = ""}), "fail");
}

TEST(SpfA, a_failed_look_up_is_a_temporary_error) {
  const Result result = check_in(record("a:x.example -all") + "x.example RCODE SERVFAIL");
  EXPECT_EQ(result.code, Code::temperror);
  EXPECT_NE(result.problem.find("A records of x.example"), std::string::npos);
}

TEST(SpfMx, matches_addresses_of_any_host) {
  const std::string zone = record("mx/28 -all") +
                           "example.org MX 10 mx1.example.org\nexample.org MX 5 mx2.example.org\n"
                           "mx1.example.org A 198.51.100.1\nmx2.example.org A 192.0.2.2";
  EXPECT_EQ(code_in(zone), "pass");
  EXPECT_EQ(check_in(zone).mechanism, "mx/28");
  EXPECT_EQ(code_in(zone, {.client = "192.0.2.16"}), "fail");
}

TEST(SpfMx, does_not_fall_back_to_the_address_of_the_domain) {
  EXPECT_EQ(code_in(record("mx -all") + "example.org A 192.0.2.1"), "fail");
}

TEST(SpfMx, a_null_mx_has_no_host) {
  EXPECT_EQ(code_in(record("mx -all") + "example.org MX 0 ."), "fail");
}

TEST(SpfMx, hosts_are_asked_in_order_of_preference) {
  const std::string zone =
      record("mx -all") +
      "example.org MX 20 broken.example.org\nexample.org MX 10 mx.example.org\n"
      "mx.example.org A 192.0.2.1\nbroken.example.org RCODE SERVFAIL";
  EXPECT_EQ(code_in(zone), "pass");
  EXPECT_EQ(code_in(zone, {.client = "192.0.2.2"}), "temperror");
}

TEST(SpfPtr, needs_a_name_that_the_address_confirms) {
  const std::string zone = record("ptr -all") +
                           "1.2.0.192.in-addr.arpa PTR mail.example.org\n"
                           "2.2.0.192.in-addr.arpa PTR mail.example.org\n"
                           "3.2.0.192.in-addr.arpa PTR mail.notexample.org\n"
                           "mail.example.org A 192.0.2.1\nmail.notexample.org A 192.0.2.3";
  EXPECT_EQ(code_in(zone), "pass");
  EXPECT_EQ(code_in(zone, {.client = "192.0.2.2"}), "fail") << "the address is another";
  EXPECT_EQ(code_in(zone, {.client = "192.0.2.3"}), "fail") << "not below example.org";
}

TEST(SpfPtr, works_for_ipv6) {
  EXPECT_EQ(code_in(record("ptr:example.net -all") +
                        "1.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2.ip6.arpa "
                        "PTR example.net\nexample.net AAAA 2001:db8::1",
                    {.client = "2001:db8::1"}),
            "pass");
}

TEST(SpfPtr, failures_are_no_match) {
  EXPECT_EQ(code_in(record("ptr -all") + "1.2.0.192.in-addr.arpa RCODE SERVFAIL"), "fail");
  EXPECT_EQ(code_in(record("ptr -all") + "1.2.0.192.in-addr.arpa PTR a.example.org\n"
                                         "1.2.0.192.in-addr.arpa PTR b.example.org\n"
                                         "a.example.org RCODE TIMEOUT\nb.example.org A 192.0.2.1"),
            "pass");
}

TEST(SpfExists, asks_for_ipv4_addresses_whatever_the_client) {
  const std::string zone = record("exists:%{ir}.list.example -all") +
                           "1.2.0.192.list.example A 127.0.0.2\n"
                           "2.2.0.192.list.example AAAA ::1";
  EXPECT_EQ(code_in(zone), "pass");
  EXPECT_EQ(code_in(zone, {.client = "192.0.2.2"}), "fail");
  EXPECT_EQ(
      code_in(record("exists:x.example -all") + "x.example A 127.0.0.2", {.client = "2001:db8::1"}),
      "pass");
}

TEST(SpfInclude, results_of_the_included_record_decide_as_the_standard_says) {
  const auto included = [](std::string_view terms) {
    return code_in(record("include:inc.example ?all") + "inc.example TXT v=spf1 " +
                   std::string(terms) + "\nbroken.example RCODE SERVFAIL");
  };
  EXPECT_EQ(included("ip4:192.0.2.1"), "pass");
  EXPECT_EQ(included("-all"), "neutral");
  EXPECT_EQ(included("~all"), "neutral");
  EXPECT_EQ(included("?all"), "neutral");
  EXPECT_EQ(included(""), "neutral");
  EXPECT_EQ(included("a:broken.example"), "temperror");
  EXPECT_EQ(included("moo"), "permerror");
  EXPECT_EQ(code_in(record("include:nospf.example ?all") + "nospf.example A 192.0.2.1"),
            "permerror");
  EXPECT_EQ(code_in(record("include:nowhere.example ?all")), "permerror");
  EXPECT_EQ(code_in(record("include:a..example ?all")), "permerror");
  EXPECT_EQ(code_in(record("include:%{h} ?all"), {.helo = "localhost"}), "permerror");
}

TEST(SpfInclude, takes_its_own_qualifier_and_shows_the_way) {
  const Result result = check_in(record("-include:a.example +all") +
                                 "a.example TXT v=spf1 include:b.example\n"
                                 "b.example TXT v=spf1 ip4:192.0.2.0/24");
  EXPECT_EQ(result.code, Code::fail);
  EXPECT_EQ(result.mechanism, "ip4:192.0.2.0/24");
  EXPECT_EQ(result.path, (Path{"a.example", "b.example"}));
  EXPECT_EQ(result.record, "v=spf1 -include:a.example +all");
}

TEST(SpfInclude, what_did_not_match_leaves_no_trace) {
  const Result result = check_in(record("include:a.example ~all") + "a.example TXT v=spf1 -all");
  EXPECT_EQ(result.code, Code::softfail);
  EXPECT_EQ(result.mechanism, "~all");
  EXPECT_EQ(result.path, Path{});
}

TEST(SpfInclude, makes_the_included_domain_current) {
  EXPECT_EQ(code_in(record("include:inc.example -all") +
                    "inc.example TXT v=spf1 a\ninc.example A 192.0.2.1"),
            "pass");
  EXPECT_EQ(code_in(record("include:inc.example -all") + "inc.example TXT v=spf1 exists:%{o}.%{d}\n"
                                                         "example.org.inc.example A 127.0.0.2"),
            "pass");
}

TEST(SpfRedirect, is_followed_when_nothing_matches) {
  const std::string zone = record("redirect=next.example ip4:192.0.2.1") +
                           "next.example TXT v=spf1 a -all\nnext.example A 192.0.2.2";
  EXPECT_EQ(check_in(zone).mechanism, "ip4:192.0.2.1") << "wherever it stands";
  const Result redirected = check_in(zone, {.client = "192.0.2.2"});
  EXPECT_EQ(redirected.code, Code::pass);
  EXPECT_EQ(redirected.mechanism, "a");
  EXPECT_EQ(redirected.path, Path{"next.example"});
  EXPECT_EQ(redirected.record, "v=spf1 redirect=next.example ip4:192.0.2.1");
  EXPECT_EQ(code_in(zone, {.client = "192.0.2.3"}), "fail");
}

TEST(SpfRedirect, is_ignored_beside_all) {
  EXPECT_EQ(code_in(record("redirect=next.example ?all")), "neutral");
}

TEST(SpfRedirect, to_no_record_is_a_permanent_error) {
  EXPECT_EQ(code_in(record("redirect=next.example")), "permerror");
  EXPECT_EQ(code_in(record("redirect=next.example") + "next.example TXT x"), "permerror");
  EXPECT_EQ(code_in(record("redirect=next..example")), "permerror");
  EXPECT_EQ(code_in(record("redirect=next.example") + "next.example RCODE SERVFAIL"), "temperror");
}

TEST(SpfClientName, prefers_the_domain_and_names_below_it) {
  const std::string zone =
      record("exists:%{p}.seen.example -all") +
      "1.2.0.192.in-addr.arpa PTR other.example\n1.2.0.192.in-addr.arpa PTR mx.example.org\n"
      "2.2.0.192.in-addr.arpa PTR mx.example.org\n2.2.0.192.in-addr.arpa PTR example.org\n"
      "3.2.0.192.in-addr.arpa PTR liar.example\n4.2.0.192.in-addr.arpa PTR other.example\n"
      "other.example A 192.0.2.1\nother.example A 192.0.2.4\nmx.example.org A 192.0.2.1\n"
      "mx.example.org A 192.0.2.2\nexample.org A 192.0.2.2\nliar.example A 198.51.100.1\n";
  EXPECT_EQ(code_in(zone + "mx.example.org.seen.example A 127.0.0.1"), "pass");
  EXPECT_EQ(code_in(zone + "example.org.seen.example A 127.0.0.1", {.client = "192.0.2.2"}),
            "pass");
  EXPECT_EQ(code_in(zone + "unknown.seen.example A 127.0.0.1", {.client = "192.0.2.3"}), "pass");
  EXPECT_EQ(code_in(zone + "other.example.seen.example A 127.0.0.1", {.client = "192.0.2.4"}),
            "pass");
}

TEST(SpfNonAsciiSender, terms_that_need_the_local_part_never_match) {
  const Ask ask{.from = "j\xC3\xBCrgen@example.org"};
  EXPECT_EQ(code_in(record("exists:%{l}.x.example -all") + "*.x.example A 127.0.0.1", ask), "fail");
  EXPECT_EQ(code_in(record("include:%{s} ~all"), ask), "softfail");
  EXPECT_EQ(code_in(record("redirect=%{l}.example"), ask), "neutral");
  EXPECT_EQ(code_in(record("exists:%{o}.x.example -all") + "*.x.example A 127.0.0.1", ask), "pass");
}

TEST(SpfNonAsciiSender, domains_are_asked_as_a_labels) {
  const std::string zone =
      "xn--bcher-kva.example TXT v=spf1 exists:%{o}.x.example -all\n"
      "xn--bcher-kva.example.x.example A 127.0.0.1";
  const Result result = check_in(zone, {.from = "a@b\xC3\xBC"
                                                "cher.example"});
  EXPECT_EQ(result.code, Code::pass);
  EXPECT_EQ(result.domain->text(), "xn--bcher-kva.example");
}

TEST(SpfNonAsciiSender, a_helo_name_is_converted_for_macros) {
  EXPECT_EQ(code_in(record("a:%{h} -all") + "xn--bcher-kva.example A 192.0.2.1",
                    {.helo = "b\xC3\xBC"
                             "cher.example"}),
            "pass");
}

}  // namespace
}  // namespace dmarc::spf
