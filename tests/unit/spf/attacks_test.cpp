// Records and names made to mislead or to exhaust a verifier; the identifiers are those of the
// list of attacks.
#include <gtest/gtest.h>

#include "dns/lookup_session.h"
#include "spf/limits.h"
#include "world.h"

namespace dmarc::spf {
namespace {

std::string repeated(std::string_view text, std::size_t count) {
  std::string result;
  for (std::size_t i = 0; i < count; ++i)
    result += text;
  return result;
}

// For records longer than the character-strings of a zone line.
Result check_terms(const std::string& terms, const Ask& ask = {}) {
  dns::Zone zone;
  zone.add(name_of("example.org"), dns::Type::txt, "v=spf1 " + terms);
  RecordingResolver resolver(std::move(zone));
  return check_with(resolver, ask);
}

// SPF-01
TEST(SpfAttack, excessive_records_are_permanent_errors) {
  EXPECT_EQ(code_in(record(repeated("a ", 11) + "+all") + "example.org A 198.51.100.1"),
            "permerror");
  EXPECT_EQ(code_in(record("a:x.example a:y.example a:z.example +all")), "permerror");
  EXPECT_EQ(code_in(record("include:example.org +all")), "permerror");
  EXPECT_EQ(code_in(record("redirect=example.org")), "permerror");
  std::string zone = record("mx +all");
  for (int i = 0; i < 11; ++i)
    zone += "example.org MX 10 h" + std::to_string(i) + ".example\n";
  EXPECT_EQ(code_in(zone), "permerror");
}

// SPF-02
TEST(SpfAttack, a_second_record_does_not_add_to_the_first) {
  EXPECT_EQ(code_in("example.org TXT v=spf1 ip4:198.51.100.1 -all\nexample.org TXT v=spf1 +all"),
            "permerror");
}

// SPF-03
TEST(SpfAttack, weak_qualifiers_never_pass) {
  EXPECT_EQ(code_in(record("?all")), "neutral");
  EXPECT_EQ(code_in(record("~all")), "softfail");
  EXPECT_EQ(code_in(record("?ip4:192.0.2.1 +all")), "neutral");
}

// SPF-04
TEST(SpfAttack, macros_cannot_blow_up) {
  Ask ask;
  ask.options.explanation = true;
  const std::string delimiters = "%{d" + repeated(".-+,/_=", 255) + "}";
  const std::string long_literal = repeated("%{d}", 127) + std::string(5000, 'a') + ".example";
  for (const std::string& spec :
       {std::string("%{d200}"), std::string("%{d200r}"), delimiters, long_literal,
        repeated("%{s}", 5000), repeated("%{h1}", 5000), repeated("%%", 30000)}) {
    for (const char* use : {"exists:", "include:", "-all exp=", "redirect=", "a:"})
      EXPECT_NE(check_terms(use + spec, ask).code, Code::pass) << use;
    ask.helo = std::string(60000, '.');
    EXPECT_NE(check_terms("exists:" + spec, ask).code, Code::pass);
  }
  EXPECT_EQ(check_terms("-all exp=%{d0}", ask).code, Code::permerror);
  EXPECT_EQ(check_terms("-all exp=%{}", ask).code, Code::permerror);
  EXPECT_EQ(check_terms("-all exp=", ask).code, Code::permerror);
}

// SPF-06
TEST(SpfAttack, prefixes_and_mapped_addresses_open_no_door) {
  EXPECT_EQ(code_in(record("ip4:1.2.3.4/33 +all")), "permerror");
  EXPECT_EQ(code_in(record("ip6:::/0 -all")), "fail");
  EXPECT_EQ(code_in(record("ip6:::ffff:192.0.2.1 -all"), {.client = "::ffff:192.0.2.1"}), "fail");
  EXPECT_EQ(code_in(record("a//64 -all") + "example.org A 192.0.2.99"), "fail");
}

// SPF-07
TEST(SpfAttack, a_thousand_client_names_cost_ten_look_ups) {
  std::string zone = record("ptr -exists:%{p}.x.example ~all");
  for (int i = 0; i < 1000; ++i)
    zone += "1.2.0.192.in-addr.arpa PTR h" + std::to_string(i) + ".example.org\n";
  RecordingResolver resolver(zone);
  EXPECT_EQ(check_with(resolver).code, Code::softfail);
  EXPECT_LE(resolver.lookups.size(), 4U + 2 * max_ptr_names);
}

// SPF-08, SPF-09
TEST(SpfAttack, a_pass_through_foreign_networks_can_be_seen) {
  const Result result = check_in(record("include:cloud.example -all") +
                                 "cloud.example TXT v=spf1 include:region.cloud.example ~all\n"
                                 "region.cloud.example TXT v=spf1 ip4:192.0.0.0/8 ~all\n");
  EXPECT_EQ(result.code, Code::pass);
  EXPECT_EQ(result.mechanism, "ip4:192.0.0.0/8");
  EXPECT_EQ(result.path, (std::vector<std::string>{"cloud.example", "region.cloud.example"}));
}

// SPF-10
TEST(SpfAttack, records_of_64_kilobytes_are_read_in_full) {
  const std::string modifier = "x=" + std::string(60, 'y') + ' ';
  EXPECT_EQ(check_terms(repeated(modifier, 999) + "-all").code, Code::fail);
  EXPECT_EQ(check_terms(repeated("ip4:198.51.100.1 ", 999) + "-all").code, Code::fail);
  EXPECT_EQ(check_terms(repeated("ip4:198.51.100.1 ", 3600) + "-all").code, Code::permerror);
  EXPECT_EQ(check_terms(std::string(60000, ' ') + "-all").code, Code::fail);
  EXPECT_EQ(check_terms(std::string(60000, 'a')).code, Code::permerror);
}

// SPF-10
TEST(SpfAttack, the_budget_of_the_message_ends_a_check) {
  std::string zone_text;
  std::string terms;
  for (int i = 0; i < 10; ++i) {
    const std::string domain = "d" + std::to_string(i) + ".example";
    terms += "mx:" + domain + ' ';
    for (int host = 0; host < 10; ++host)
      zone_text += domain + " MX 10 h" + std::to_string(host) + '.' + domain + "\nh" +
                   std::to_string(host) + '.' + domain + " A 198.51.100.1\n";
  }
  dns::Zone zone = zone_of(record(terms + "-all") + zone_text);
  dns::LookupSession session(zone, {.max_queries = 30});
  const Result result = check_with(session);
  EXPECT_EQ(result.code, Code::temperror);
  EXPECT_NE(result.problem.find(dns::describe(dns::Failure::budget)), std::string::npos);
  EXPECT_LE(session.entries().size(), 30U);
}

// SPF-12
TEST(SpfAttack, names_of_any_length_and_octets_are_harmless) {
  for (const std::string& helo : {std::string(70000, 'a'), std::string(253, '.'),
                                  std::string("\0\xff\n", 3), repeated("a.", 40000)}) {
    Ask ask{.helo = helo};
    EXPECT_EQ(code_in(record("exists:%{h} a:%{H}.x.example -all"), ask), "fail");
    ask.from = "";
    EXPECT_EQ(code_in(record("+all"), ask), "none");
  }
  EXPECT_EQ(code_in(record("exists:%{l}.x.example exists:%{i}.x.example -all"),
                    {.client = "2001:db8::1", .from = std::string(1500, 'l') + "@example.org"}),
            "fail");
}

}  // namespace
}  // namespace dmarc::spf
