#include <gtest/gtest.h>

#include <dmarc/zone.h>

namespace dmarc::dns {
namespace {

Name name(std::string_view text) {
  return Name::from_octets(text).value();
}

Zone zone(std::string_view text) {
  auto parsed = Zone::parse(text);
  if (!parsed) ADD_FAILURE() << "line " << parsed.error().line << ": " << parsed.error().reason;
  return parsed ? *std::move(parsed) : Zone();
}

std::string parse_error(std::string_view text) {
  const auto parsed = Zone::parse(text);
  return parsed ? "none" : std::to_string(parsed.error().line) + ": " + parsed.error().reason;
}

/// The outcome, then "alias" when the name is one, then the records, for example "records: a | b".
std::string ask(const Zone& zone, std::string_view owner, Type type = Type::txt) {
  const Answer answer = zone.answer({name(owner), type});
  std::string text(to_string(answer.outcome));
  if (answer.failure != Failure::none) text += ", " + std::string(describe(answer.failure));
  if (answer.alias) text += ", alias";
  const char* separator = ": ";
  for (const std::string& record : answer.records) {
    text += separator + record;
    separator = " | ";
  }
  return text;
}

TEST(Zone, answers_each_type_in_the_form_of_answer_records) {
  const Zone data = zone(
      "t.example TXT \"v=DMARC1; p=reject\" \"; rua=mailto:a@example.org\"\n"
      "t.example TXT v=spf1 a -all\n"
      "a.example A 192.0.2.1\n"
      "a.example AAAA 2001:db8::1\n"
      "m.example MX 10 MX.example.org.\n"
      "m.example MX 0 .\n"
      "1.2.0.192.in-addr.arpa PTR Host.example.org.\n");
  EXPECT_EQ(ask(data, "t.example"),
            "records: v=DMARC1; p=reject; rua=mailto:a@example.org | v=spf1 a -all");
  EXPECT_EQ(data.answer({name("a.example"), Type::a}).records[0], std::string("\xC0\0\2\1", 4));
  EXPECT_EQ(data.answer({name("a.example"), Type::aaaa}).records[0].size(), 16U);
  EXPECT_EQ(ask(data, "m.example", Type::mx), "records: 10 mx.example.org | 0 .");
  EXPECT_EQ(ask(data, "1.2.0.192.in-addr.arpa", Type::ptr), "records: host.example.org");
}

TEST(Zone, tells_no_data_from_no_such_name) {
  const Zone data = zone("a.b.example TXT x\n");
  EXPECT_EQ(ask(data, "a.b.example", Type::mx), "no data");
  EXPECT_EQ(ask(data, "b.example"), "no data") << "an empty non-terminal exists";
  EXPECT_EQ(ask(data, "example"), "no data");
  EXPECT_EQ(ask(data, "c.example"), "no such name");
  EXPECT_EQ(ask(data, "x.a.b.example"), "no such name");
  EXPECT_TRUE(data.lists(name("a.b.example")));
  EXPECT_FALSE(data.lists(name("b.example")));
}

// The names of RFC 4592 section 2.2.1 "An Example".
TEST(Zone, wildcards_follow_the_closest_encloser) {
  const Zone data = zone(
      "*.example MX 10 host1.example\n"
      "*.example TXT this is a wildcard\n"
      "sub.*.example TXT this is not a wildcard\n"
      "host1.example A 192.0.2.1\n"
      "_ssh._tcp.host1.example TXT srv\n");
  EXPECT_EQ(ask(data, "host3.example", Type::mx), "records: 10 host1.example");
  EXPECT_EQ(ask(data, "host3.example", Type::a), "no data");
  EXPECT_EQ(ask(data, "foo.bar.example"), "records: this is a wildcard");
  EXPECT_EQ(ask(data, "host1.example", Type::mx), "no data") << "the name itself exists";
  EXPECT_EQ(ask(data, "sub.*.example", Type::mx), "no data");
  EXPECT_EQ(ask(data, "_telnet._tcp.host1.example"), "no such name") << "_tcp encloses it";
  EXPECT_EQ(ask(data, "ghost.*.example", Type::mx), "no such name") << "no *.*.example";
  EXPECT_EQ(ask(data, "*.example"), "records: this is a wildcard");
}

TEST(Zone, a_wildcard_can_be_an_empty_non_terminal) {
  const Zone data = zone("below.*.example TXT x\n");
  EXPECT_EQ(ask(data, "any.example"), "no data");
}

TEST(Zone, follows_aliases) {
  const Zone data = zone(
      "alias.example CNAME second.example\n"
      "second.example CNAME Target.example.\n"
      "target.example TXT found\n"
      "*.wild.example CNAME target.example\n");
  EXPECT_EQ(ask(data, "alias.example"), "records, alias: found");
  EXPECT_EQ(ask(data, "x.wild.example"), "records, alias: found");
  EXPECT_EQ(ask(data, "alias.example", Type::mx), "no data, alias");
  EXPECT_EQ(ask(data, "alias.example", Type::cname), "records, alias: second.example");
}

TEST(Zone, a_name_whose_alias_dangles_exists) {
  const Zone data = zone("alias.example CNAME nowhere.test\nroot.example CNAME .\n");
  EXPECT_EQ(ask(data, "alias.example"), "no data, alias");
  EXPECT_EQ(ask(data, "root.example"), "no data, alias");
}

TEST(Zone, loops_and_long_chains_of_aliases_fail) {
  std::string chain = "loop.example CNAME loop.example\n";
  for (unsigned i = 0; i <= max_aliases; ++i)
    chain += "c" + std::to_string(i) + ".example CNAME c" + std::to_string(i + 1) + ".example\n";
  chain += "c" + std::to_string(max_aliases + 1) + ".example TXT end\n";
  const Zone data = zone(chain);
  const std::string failure = "temporary failure, a CNAME loop or too long a chain of CNAMEs";
  EXPECT_EQ(ask(data, "loop.example"), failure);
  EXPECT_EQ(ask(data, "c0.example"), failure);
  EXPECT_EQ(ask(data, "c1.example"), "records, alias: end");
}

TEST(Zone, failures_hold_for_every_type) {
  const Zone data = zone(
      "s.example RCODE SERVFAIL\n"
      "r.example RCODE refused\n"
      "t.example RCODE TIMEOUT\n"
      "n.example RCODE NXDOMAIN\n"
      "below.n.example TXT x\n"
      "alias.example CNAME s.example\n");
  EXPECT_EQ(ask(data, "s.example"), "temporary failure, the server answered SERVFAIL");
  EXPECT_EQ(ask(data, "s.example", Type::a), "temporary failure, the server answered SERVFAIL");
  EXPECT_EQ(ask(data, "r.example"), "temporary failure, the server refused to answer");
  EXPECT_EQ(ask(data, "t.example"), "temporary failure, no answer in time");
  EXPECT_EQ(ask(data, "n.example"), "no such name");
  EXPECT_EQ(ask(data, "alias.example"), "temporary failure, the server answered SERVFAIL");
}

TEST(Zone, text_may_be_the_output_of_dig) {
  const Zone data = zone(
      "; <<>> DiG <<>>\n"
      "# comment\n"
      "\r\n"
      "  Example.ORG.\t300\tIN\tTXT\t\"v=spf1 -all\"\r\n");
  EXPECT_EQ(ask(data, "example.org"), "records: v=spf1 -all");
}

TEST(Zone, quoted_text_holds_any_octet) {
  const Zone data = zone(R"(q.example TXT "a\"b\\c\000\255;" "" "#d")");
  EXPECT_EQ(data.answer({name("q.example"), Type::txt}).records[0],
            std::string("a\"b\\c\0\xff;#d", 10));
}

TEST(Zone, owner_names_may_be_internationalised) {
  EXPECT_TRUE(zone("_dmarc.b\xC3\xBC"
                   "cher.example. TXT x")
                  .lists(name("_dmarc.xn--bcher-kva.example")));
}

TEST(Zone, errors_name_the_line_and_the_reason) {
  EXPECT_EQ(parse_error("a.example TXT x\n\na..b TXT x\n"), "3: a..b is not a name: empty label");
  EXPECT_EQ(parse_error("a.example"), "1: no record type");
  EXPECT_EQ(parse_error("a.example 300 IN"), "1: no record type");
  EXPECT_EQ(parse_error("a.example TXT"), "1: no data after TXT");
  EXPECT_EQ(parse_error("a.example SRV x"),
            "1: SRV is none of A, AAAA, CNAME, MX, PTR, TXT, RCODE");
  EXPECT_EQ(parse_error("a.example A 2001:db8::1"), "1: 2001:db8::1 is not an IPv4 address");
  EXPECT_EQ(parse_error("a.example AAAA 192.0.2.1"), "1: 192.0.2.1 is not an IPv6 address");
  EXPECT_EQ(parse_error("a.example MX mx.example"),
            "1: mx.example is not an MX preference (0 to 65535)");
  EXPECT_EQ(parse_error("a.example MX 70000 mx.example"),
            "1: 70000 is not an MX preference (0 to 65535)");
  EXPECT_EQ(parse_error("a.example RCODE BADVERS"),
            "1: BADVERS is none of SERVFAIL, REFUSED, TIMEOUT, NXDOMAIN");
  EXPECT_EQ(parse_error("a.example TXT \"x"), "1: a quoted string does not end");
  EXPECT_EQ(parse_error("a.example TXT \"x\" y"), "1: text outside quotes: y");
  EXPECT_EQ(parse_error("a.example TXT \"\\256\""),
            "1: bad escape: \\DDD needs three digits up to 255");
  EXPECT_EQ(parse_error("a.example TXT \"\\12"),
            "1: bad escape: \\DDD needs three digits up to 255");
  EXPECT_EQ(parse_error("a.example TXT \"" + std::string(256, 'x') + '"'),
            "1: a character-string is longer than 255 octets");
}

TEST(Zone, resolves_before_it_returns) {
  Zone data = zone("a.example TXT x\n");
  AnswerPtr got;
  data.resolve({name("a.example"), Type::txt}, [&](AnswerPtr answer) { got = answer; });
  ASSERT_TRUE(got);
  EXPECT_EQ(got->records.size(), 1U);
}

}  // namespace
}  // namespace dmarc::dns
