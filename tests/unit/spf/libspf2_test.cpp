#include "spf/libspf2/libspf2.h"

#include <gtest/gtest.h>

#include <atomic>
#include <thread>

#include "spf/limits.h"
#include "spf/macro.h"
#include "world.h"

namespace dmarc::spf {
namespace {

Ask by_library(Ask ask = {}) {
  ask.options.evaluator = &libspf2();
  return ask;
}

struct Outcome {
  std::string code;
  bool by_library;
};

// What both ways give together, and whether the library took the check.
Outcome outcome_in(std::string_view zone, const Ask& ask = {}) {
  const ZoneAnswers answers(zone_of(zone));
  const Request request = request_of(ask);
  const Identity identity{request.client.unmapped(), request.sender.local_part,
                          request.sender.domain.value(), request.helo};
  const bool taken = libspf2().run(identity, answers, ask.options).finding.has_value();
  return {code_in(zone, by_library(ask)), taken};
}

std::string repeated(std::string_view text, std::size_t count) {
  std::string result;
  for (std::size_t i = 0; i < count; ++i)
    result += text;
  return result;
}

// Records longer than a character-string of a zone line.
std::string code_of_long_record(const std::string& terms) {
  dns::Zone zone;
  zone.add(name_of("example.org"), dns::Type::txt, "v=spf1 " + terms);
  RecordingResolver resolver(std::move(zone));
  Ask ask;
  ask.options.evaluator = &libspf2();
  return std::string(to_string(check_with(resolver, ask).code));
}

TEST(SpfLibspf2, evaluates_ordinary_records) {
  const std::string zone = record("a mx include:inc.example exists:%{ir}.x.example -all") +
                           "example.org A 198.51.100.1\nexample.org MX 10 mx.example\n"
                           "mx.example A 198.51.100.2\ninc.example TXT v=spf1 ip4:192.0.2.0/24\n";
  for (const auto& [client, code] : {std::pair{"192.0.2.1", "pass"},
                                     {"198.51.100.1", "pass"},
                                     {"198.51.100.2", "pass"},
                                     {"::ffff:192.0.2.7", "pass"}}) {
    const Outcome outcome = outcome_in(zone, {.client = client});
    EXPECT_EQ(outcome.code, code) << client;
    EXPECT_TRUE(outcome.by_library) << client;
  }
  EXPECT_EQ(outcome_in(record("~all")).code, "softfail");
  EXPECT_TRUE(outcome_in(record("~all")).by_library);
}

TEST(SpfLibspf2, carries_the_domain_and_its_record) {
  const Result result = check_in(record("-all exp=why.example"), by_library());
  EXPECT_EQ(result.code, Code::fail);
  EXPECT_EQ(result.domain->text(), "example.org");
  EXPECT_EQ(result.record, "v=spf1 -all exp=why.example");
}

TEST(SpfLibspf2, syntax_errors_never_reach_the_library) {
  const Result result = check_in(record("+all ip4:1.2.3"), by_library());
  EXPECT_EQ(result.code, Code::permerror);
  EXPECT_EQ(result.problem,
            "syntax error in the record of example.org: \"ip4:1.2.3\": not an IPv4 network");
}

TEST(SpfLibspf2, records_that_it_would_cut_are_evaluated_by_our_own_engine) {
  const std::string many = repeated("ip4:198.51.100.1 ", 64);
  EXPECT_EQ(code_of_long_record(many + "-all"), "fail");
  EXPECT_EQ(code_of_long_record(many + "ip4:192.0.2.1 -all"), "pass");
}

TEST(SpfLibspf2, long_macro_strings_are_kept_from_it) {
  const std::string domain = repeated("%{d}", 127) + std::string(4000, 'a') + ".example";
  EXPECT_EQ(code_of_long_record("exists:" + domain + " -all"), "fail");
  EXPECT_EQ(code_of_long_record("-all foo=" + domain), "fail");
  EXPECT_EQ(code_of_long_record("redirect=" + domain), "permerror");
}

TEST(SpfLibspf2, what_it_gets_wrong_is_evaluated_by_our_own_engine) {
  for (const char* terms :
       {"ip4:0.0.0.0/0 -all", "ip6:::/0 ~all", "a/0 -all", "exists:%{l2r,}.x.example -all",
        "exists:%{L}.x.example -all", "exists:%{p}.x.example -all", "exists:%{d2}.x.example -all",
        "a:x.example. -all", "ptr:a..example ~all", "ptr:%{h} ~all"}) {
    const Outcome outcome = outcome_in(record(terms));
    EXPECT_FALSE(outcome.by_library) << terms;
    EXPECT_EQ(outcome.code, code_in(record(terms))) << terms;
  }
}

TEST(SpfLibspf2, clients_and_senders_that_it_treats_differently_are_kept_from_it) {
  EXPECT_EQ(code_in(record("-all"), by_library({.client = "127.0.0.1"})), "fail");
  EXPECT_EQ(code_in(record("-all"), by_library({.client = "::1"})), "fail");
  for (const Ask& ask : {Ask{.client = "127.0.0.1"}, Ask{.from = "j\xC3\xBC@example.org"},
                         Ask{.helo = "a b"}, Ask{.helo = ""}, Ask{.helo = std::string(256, 'a')}})
    EXPECT_FALSE(outcome_in(record("-all"), ask).by_library);
}

TEST(SpfLibspf2, redirect_comes_last_and_not_beside_all) {
  const std::string next = "next.example TXT v=spf1 ip4:192.0.2.1 -all\n";
  EXPECT_EQ(code_in(record("redirect=next.example ?ip4:192.0.2.1") + next, by_library()),
            "neutral");
  EXPECT_EQ(code_in(record("redirect=next.example ~all") + next, by_library()), "softfail");
  EXPECT_EQ(code_in(record("redirect=next.example") + next, by_library()), "pass");
}

TEST(SpfLibspf2, limits_are_those_of_the_standard) {
  std::string zone = record("include:n1.example");
  for (int i = 1; i < 10; ++i)
    zone += "n" + std::to_string(i) + ".example TXT v=spf1 include:n" + std::to_string(i + 1) +
            ".example\n";
  EXPECT_EQ(code_in(zone + "n10.example TXT v=spf1 +all", by_library()), "pass");
  EXPECT_EQ(code_in(zone + "n10.example TXT v=spf1 a +all", by_library()), "permerror");
  EXPECT_EQ(code_in(record("a:x.example a:y.example -all"), by_library()), "fail");
  EXPECT_EQ(code_in(record("a:x.example a:y.example a:z.example -all"), by_library()), "permerror");
}

TEST(SpfLibspf2, nested_includes_multiply_no_questions) {
  std::string zone = record(repeated("include:n1.example ", 5));
  for (int i = 1; i < 7; ++i)
    zone += "n" + std::to_string(i) + ".example TXT v=spf1 " +
            repeated("include:n" + std::to_string(i + 1) + ".example ", 5) + '\n';
  RecordingResolver resolver(zone + "n7.example TXT v=spf1 -all");
  EXPECT_EQ(check_with(resolver, by_library()).code, Code::permerror);
  EXPECT_LE(resolver.lookups.size(), max_dns_terms + 1);
}

TEST(SpfLibspf2, failures_are_temporary_errors_with_their_reason) {
  const Result result =
      check_in(record("include:x.example -all") + "x.example RCODE SERVFAIL", by_library());
  EXPECT_EQ(result.code, Code::temperror);
  EXPECT_NE(result.problem.find("TXT records of x.example"), std::string::npos);
  EXPECT_EQ(code_in("example.org RCODE TIMEOUT", by_library()), "temperror");
}

TEST(SpfLibspf2, checks_may_run_at_the_same_time) {
  const std::string zone = record("a mx exists:%{ir}.x.example -all") +
                           "example.org A 198.51.100.1\nexample.org MX 10 mx.example\n"
                           "mx.example A 192.0.2.1\n";
  std::atomic<int> passes = 0;
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i)
    threads.emplace_back([&] {
      for (int round = 0; round < 50; ++round)
        if (check_in(zone, by_library()).code == Code::pass) ++passes;
    });
  for (std::thread& thread : threads)
    thread.join();
  EXPECT_EQ(passes, 200);
}

TEST(SpfLibspf2, missing_records_are_none_outside_and_errors_inside) {
  EXPECT_EQ(code_in("example.org A 192.0.2.1", by_library()), "none");
  EXPECT_EQ(code_in(record("include:x.example -all"), by_library()), "permerror");
  EXPECT_EQ(code_in(record("redirect=x.example"), by_library()), "permerror");
}

}  // namespace
}  // namespace dmarc::spf
