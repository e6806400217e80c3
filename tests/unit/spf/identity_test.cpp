// Whom check() checks: MAIL FROM, or postmaster at the HELO name.
#include <gtest/gtest.h>

#include "world.h"

namespace dmarc::spf {
namespace {

constexpr std::string_view everybody =
    "example.org TXT v=spf1 +all\nmx.client.example TXT v=spf1 +all\n"
    "legitimate.com TXT v=spf1 ip4:203.0.113.5 -all\n"
    "attack.com TXT v=spf1 +all\n*.attack.com TXT v=spf1 +all\n";

TEST(SpfIdentity, is_the_sender) {
  const Result result = check_in(everybody);
  EXPECT_EQ(result.code, Code::pass);
  EXPECT_EQ(result.scope, Scope::mailfrom);
  EXPECT_EQ(result.domain->text(), "example.org");
}

TEST(SpfIdentity, is_postmaster_at_the_helo_name_for_a_null_path) {
  const Result result = check_in(
      "mx.client.example TXT v=spf1 exists:%{l}.%{o}.x.example -all\n"
      "postmaster.mx.client.example.x.example A 127.0.0.1",
      {.from = "", .helo = "MX.Client.example"});
  EXPECT_EQ(result.code, Code::pass);
  EXPECT_EQ(result.scope, Scope::helo);
  EXPECT_EQ(result.domain->text(), "mx.client.example");
}

TEST(SpfIdentity, a_root_dot_of_the_helo_name_is_dropped) {
  EXPECT_EQ(check_in(everybody, {.from = "", .helo = "mx.client.example."}).domain->text(),
            "mx.client.example");
}

TEST(SpfIdentity, a_sender_without_local_part_is_postmaster) {
  RecordingResolver resolver(
      "example.org TXT v=spf1 exists:%{l}.x.example -all\n"
      "postmaster.x.example A 127.0.0.1");
  Request request = request_of({});
  request.sender.local_part.clear();
  EXPECT_EQ(check(request, resolver, {}).code, Code::pass);
}

TEST(SpfIdentity, a_helo_name_that_is_no_host_name_authenticates_nothing) {
  for (const char* helo : {"", ".", "[192.0.2.1]", "[IPv6:::1]", "a b.example", "a..example",
                           "host!.example", "(attack.com", "a@b.example"}) {
    const Result result = check_in(everybody, {.from = "", .helo = helo});
    EXPECT_EQ(result.code, Code::none) << helo;
    EXPECT_EQ(result.scope, Scope::helo) << helo;
    EXPECT_FALSE(result.domain) << helo;
    EXPECT_NE(result.problem, "") << helo;
  }
}

TEST(SpfIdentity, a_single_label_has_no_policy) {
  const Result helo = check_in("oemcomputer TXT v=spf1 +all", {.from = "", .helo = "OEMCOMPUTER"});
  EXPECT_EQ(helo.code, Code::none);
  EXPECT_EQ(helo.problem, "oemcomputer is a single label");
  EXPECT_EQ(code_in("localhost TXT v=spf1 +all", {.from = "root@localhost"}), "none");
}

TEST(SpfIdentity, problems_of_hostile_names_are_printable) {
  const Result result = check_in(everybody, {.from = "", .helo = "\x1b[31m\r\nbad\xff"});
  for (const char c : result.problem)
    EXPECT_TRUE(c >= 0x20 && c < 0x7f);
}

struct Envelope {
  const char* id;
  const char* from;
  const char* helo;
  const char* client;
  const char* code;
  const char* domain;  ///< empty: nothing is authenticated
};

// The envelopes of the attack list: none of them makes legitimate.com the identity that passes.
TEST(SpfIdentity, envelopes_that_imitate_another_domain_do_not_become_it) {
  for (const Envelope& e : {
           Envelope{"ENV-01", "any@attack.com", "attack.com", "1.2.3.4", "pass", "attack.com"},
           {"ENV-02", "any@mailfrom.notexist.legitimate.com", "helo.attack.com", "1.2.3.4", "none",
            "mailfrom.notexist.legitimate.com"},
           {"ENV-03", "(any@legitimate.com", "attack.com", "1.2.3.4", "none", ""},
           {"ENV-04", "any@legitimate.com(a.attack.com", "attack.com", "1.2.3.4", "none", ""},
           {"ENV-05", "any@legitimate.com'@any.attack.com", "attack.com", "1.2.3.4", "none", ""},
           {"ENV-07", "\"any@legitimate.com\"@attack.com", "attack.com", "1.2.3.4", "pass",
            "attack.com"},
           {"ENV-08", "any@legitimate.com\"a.attack.com", "attack.com", "1.2.3.4", "none", ""},
           {"ENV-10", "any@legitimate.com a.attack.com", "attack.com", "1.2.3.4", "none", ""},
           {"ENV-10", "any@legitimate.com;a.attack.com", "attack.com", "1.2.3.4", "none", ""},
           {"ENV-11", "any@legitimate.com@attack.com", "attack.com", "1.2.3.4", "none", ""},
           {"ENV-11", "any@attack.com@legitimate.com", "attack.com", "1.2.3.4", "none", ""},
           {"ENV-12", "\"any@legitimate.com>\"@attack.com", "attack.com", "1.2.3.4", "pass",
            "attack.com"},
           {"ENV-13", "", "legitimate.com", "1.2.3.4", "fail", "legitimate.com"},
           {"ENV-13", "", "attack.com", "1.2.3.4", "pass", "attack.com"},
           {"ENV-15", "", "legitimate.com", "203.0.113.5", "pass", "legitimate.com"},
           {"ENV-17", "any@[1.2.3.4]", "attack.com", "1.2.3.4", "none", ""},
           {"ENV-17", "any@attack.com.", "attack.com", "1.2.3.4", "pass", "attack.com"},
           {"ENV-17", "any", "attack.com", "1.2.3.4", "none", ""},
           {"ENV-17", "any@attack.com(legitimate.com)", "attack.com", "1.2.3.4", "none", ""},
           {"ENV-17", "any\\@legitimate.com@attack.com", "attack.com", "1.2.3.4", "none", ""},
       }) {
    SCOPED_TRACE(std::string(e.id) + ' ' + e.from);
    const Result result = check_in(everybody, {.client = e.client, .from = e.from, .helo = e.helo});
    EXPECT_EQ(to_string(result.code), e.code) << result.problem;
    EXPECT_EQ(result.domain ? result.domain->text() : "", e.domain);
  }
}

TEST(SpfIdentity, a_path_without_brackets_is_the_same_path) {
  RecordingResolver resolver(everybody);
  Request request = request_of({});
  request.sender = mail::parse_reverse_path("any@attack.com");
  const Result result = check(request, resolver, {});
  EXPECT_EQ(result.code, Code::pass);
  EXPECT_EQ(result.domain->text(), "attack.com");
}

}  // namespace
}  // namespace dmarc::spf
