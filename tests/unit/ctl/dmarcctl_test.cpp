#include "ctl/dmarcctl.h"

#include <gtest/gtest.h>

#include <sstream>

#include "support/arc_chain.h"
#include "support/temporary_folder.h"
#include "unit/milter/client/scripted_filter.h"

namespace dmarc::ctl {
namespace {

namespace wire = milter::wire;

using namespace std::string_literals;

constexpr std::string_view zone = R"(
_dmarc.good.example     TXT "v=DMARC1; p=reject; rua=mailto:dmarc@good.example"
good.example            TXT "v=spf1 include:spf.example mx -all"
good.example            MX  10 mx.good.example
mx.good.example         A   192.0.2.25
spf.example             TXT "v=spf1 ip4:198.51.100.0/24 -all"
_dmarc.typo.example     TXT "v=DMARC1; p=rejct; rua=mailto:dmarc@typo.example"
_dmarc.twice.example    TXT "v=DMARC1; p=reject"
_dmarc.twice.example    TXT "v=DMARC1; p=none"
_dmarc.almost.example   TXT "v=dmarc1; p=reject"
_dmarc.silent.example   TXT "v=DMARC1; p=reject"
_dmarc.weak.example     TXT "v=DMARC1; p=quarantine; sp=none; t=y; rua=mailto:d@weak.example"
_dmarc.broken.example   RCODE SERVFAIL
spfdown.example         RCODE SERVFAIL
two.example             TXT "v=spf1 -all"
two.example             TXT "v=spf1 +all"
strict.example          TXT "v=spf1 -all exp=why.strict.example"
why.strict.example      TXT "%{i} is not ours"
)";

class Dmarcctl : public ::testing::Test {
 protected:
  int run(std::vector<std::string> words) {
    out_.str("");
    err_.str("");
    return dmarcctl(words, {out_, err_});
  }

  int run_with_zone(std::vector<std::string> words) {
    words.insert(words.end(), {"--zone", zone_, "--config", config_});
    return run(std::move(words));
  }

  int explain(const std::string& message, std::vector<std::string> more = {}) {
    more.insert(more.begin(), {"explain", folder_.write("message", message), "--ip", "192.0.2.25"});
    return run_with_zone(std::move(more));
  }

  bool says(const std::string& text) const { return out_.str().find(text) != std::string::npos; }

  test::TemporaryFolder folder_;
  std::string zone_ = folder_.write("zone", zone);
  std::string config_ = folder_.write(
      "config",
      "AuthservID mx\nTrustedAuthservIDs verifier\nRejectFailures true\nSPFSelfValidate true\n");
  std::ostringstream out_;
  std::ostringstream err_;
};

TEST_F(Dmarcctl, without_arguments_it_shows_the_subcommands_as_an_error) {
  EXPECT_EQ(run({}), 64);
  EXPECT_NE(err_.str().find("explain"), std::string::npos);
}

TEST_F(Dmarcctl, help_names_every_subcommand_and_each_has_help_of_its_own) {
  EXPECT_EQ(run({"help"}), 0);
  for (const char* name : {"check", "explain", "spf", "dkim", "arc", "probe"}) {
    EXPECT_EQ(run({"help"}), 0);
    EXPECT_TRUE(says("\n  "s + name + " ")) << name;
    EXPECT_EQ(run({"help", name}), 0);
    EXPECT_TRUE(says("usage: dmarcctl "s + name)) << name;
    EXPECT_TRUE(says("exit status:\n  0 ")) << name;
    const std::string help = out_.str();
    EXPECT_EQ(run({name, "--help"}), 0);
    EXPECT_EQ(out_.str(), help);
  }
}

TEST_F(Dmarcctl, an_unknown_subcommand_is_told_with_the_nearest_one) {
  EXPECT_EQ(run({"explan"}), 64);
  EXPECT_EQ(err_.str(),
            "dmarcctl: unknown subcommand explan (did you mean explain?); see \"dmarcctl help\"\n");
  EXPECT_EQ(run({"help", "explan"}), 64);
}

TEST_F(Dmarcctl, the_version_is_shown) {
  EXPECT_EQ(run({"--version"}), 0);
  EXPECT_TRUE(out_.str().starts_with("dmarcctl "));
}

TEST_F(Dmarcctl, wrong_options_and_files_have_their_statuses) {
  EXPECT_EQ(run({"check"}), 64);
  EXPECT_EQ(run({"check", "a..b"}), 64);
  EXPECT_EQ(run({"check", "--frob", "a.example"}), 64);
  EXPECT_EQ(run({"check", "--zone", "/nonexistent", "--config", config_, "a.example"}), 66);
  EXPECT_EQ(run({"check", "--config", "/nonexistent", "a.example"}), 78);
  EXPECT_EQ(run({"check", "--config", config_, "--nameserver", "x", "a.example"}), 64);
  EXPECT_EQ(run({"explain", "--config", config_, "/nonexistent"}), 64) << "no --ip";
  EXPECT_EQ(run_with_zone({"explain", "--ip", "192.0.2.1", "/nonexistent"}), 66);
  EXPECT_EQ(run_with_zone({"explain", "--ip", "1.2.3", "/dev/null"}), 64);
  const std::string bad_zone = folder_.write("bad", "a.example TXT\nb.example FROB x\n");
  EXPECT_EQ(run({"check", "--zone", bad_zone, "--config", config_, "a.example"}), 78);
}

TEST_F(Dmarcctl, check_shows_walk_record_and_policies_of_a_good_record) {
  EXPECT_EQ(run_with_zone({"check", "Good.example."}), 0);
  EXPECT_TRUE(says("_dmarc.good.example: a DMARC record"));
  EXPECT_TRUE(says("_dmarc.example: no such name"));
  EXPECT_TRUE(says("p=reject  mail that fails is to be rejected"));
  EXPECT_TRUE(says("subdomains that don't exist: reject"));
  EXPECT_TRUE(says("no problem found"));
}

TEST_F(Dmarcctl, check_finds_what_is_wrong_with_a_record) {
  EXPECT_EQ(run_with_zone({"check", "typo.example"}), 1);
  EXPECT_TRUE(says("problem: _dmarc.typo.example: tag p: \"rejct\" is not none, quarantine or"));
  EXPECT_TRUE(says("the record counts as p=none"));
  EXPECT_EQ(run_with_zone({"check", "twice.example"}), 1);
  EXPECT_TRUE(says("2 DMARC records, which count as none"));
  EXPECT_EQ(run_with_zone({"check", "almost.example"}), 1);
  EXPECT_TRUE(says("is no DMARC record: it does not begin with v=DMARC1"));
  EXPECT_EQ(run_with_zone({"check", "nothing.example"}), 1);
  EXPECT_TRUE(says("problem: no DMARC record found"));
}

TEST_F(Dmarcctl, check_gives_advice_that_is_no_problem) {
  EXPECT_EQ(run_with_zone({"check", "silent.example", "weak.example"}), 0);
  EXPECT_TRUE(says("advice: no rua: nobody gets aggregate reports about this domain"));
  EXPECT_TRUE(says("advice: sp is weaker than p"));
  EXPECT_TRUE(says("advice: t=y: a test"));
}

TEST_F(Dmarcctl, check_tells_a_dns_failure_from_an_absent_record) {
  EXPECT_EQ(run_with_zone({"check", "good.example", "broken.example"}), 75);
  EXPECT_TRUE(says("temporary failure: the server answered SERVFAIL"));
}

TEST_F(Dmarcctl, check_writes_json) {
  EXPECT_EQ(run_with_zone({"check", "--json", "good.example"}), 0);
  EXPECT_TRUE(says("\"policy_for_domain\": \"reject\""));
  EXPECT_TRUE(out_.str().starts_with("[\n"));
}

TEST_F(Dmarcctl, explain_shows_a_pass_and_why) {
  EXPECT_EQ(explain("From: a@good.example\n\nbody\n", {"--mail-from", "b@good.example"}), 0);
  EXPECT_TRUE(says("author domain: good.example"));
  EXPECT_TRUE(says("SPF pass (mailfrom): good.example"));
  EXPECT_TRUE(says("decided by: mx"));
  EXPECT_TRUE(says("aligned: the same name as the author domain"));
  EXPECT_TRUE(says("outcome: dmarc=pass"));
  EXPECT_TRUE(says("insert Authentication-Results: mx; dmarc=pass (p=reject dis=none)"));
  EXPECT_TRUE(says("mx.good.example A: records"));
  EXPECT_TRUE(says("192.0.2.25"));
}

TEST_F(Dmarcctl, explain_shows_a_failure_and_the_reply) {
  EXPECT_EQ(explain("From: a@good.example\n\n", {"--mail-from", "b@other.example"}), 1);
  EXPECT_TRUE(says("verdict for good.example: fail"));
  EXPECT_TRUE(says("published as reject for tag p by good.example"));
  EXPECT_TRUE(says("SMTP reply: 550 5.7.1 rejected by DMARC policy for good.example"));
}

TEST_F(Dmarcctl, explain_says_which_results_were_used_and_why_others_were_not) {
  explain(
      "Authentication-Results: verifier; dkim=pass header.d=good.example\n"
      "Authentication-Results: mx; dkim=pass header.d=other.example\n"
      "Authentication-Results: stranger; dkim=pass header.d=other.example\n"
      "From: a@good.example\n\n");
  EXPECT_TRUE(says("field 1 from verifier: trusted"));
  EXPECT_TRUE(says("field 2 from mx: removed: its name is not exactly a trusted one"));
  EXPECT_TRUE(says("field 3 from stranger: ignored, because that name is not trusted"));
  EXPECT_TRUE(says("remove Authentication-Results field 2"));
}

TEST_F(Dmarcctl, explain_tells_errors_of_message_and_dns_apart) {
  EXPECT_EQ(explain("Subject: no author\n\n"), 2);
  EXPECT_TRUE(says("not clean: no From field"));
  EXPECT_EQ(explain("From: a@broken.example\n\n"), 75);
  EXPECT_TRUE(says("outcome: dmarc=temperror"));
  EXPECT_EQ(explain("From: a@nothing.example\n\n"), 0);
  EXPECT_TRUE(says("outcome: dmarc=none"));
}

TEST_F(Dmarcctl, explain_says_when_the_daemon_would_not_judge_the_client) {
  run_with_zone({"explain", folder_.write("message", "From: a@good.example\n\n"), "--ip", "::1"});
  EXPECT_TRUE(says("the client is in IgnoreHosts"));
}

TEST_F(Dmarcctl, nothing_from_a_message_reaches_the_terminal_raw) {
  explain("From: \x1b[2J\x07 a@good.example\n\n",
          {"--mail-from", "\x1b]0;x\x07@good.example", "--helo", "\x1b[31m"});
  EXPECT_EQ(out_.str().find('\x1b'), std::string::npos);
  EXPECT_EQ(out_.str().find('\x07'), std::string::npos);
  explain("From: \x1b[2J\x07 a@good.example\n\n", {"--json"});
  EXPECT_EQ(out_.str().find('\x1b'), std::string::npos);
}

TEST_F(Dmarcctl, explain_writes_json) {
  EXPECT_EQ(explain("From: a@good.example\n\n", {"--mail-from", "b@good.example", "--json"}), 0);
  EXPECT_TRUE(says("\"author_domain\": \"good.example\""));
  EXPECT_TRUE(says("\"result\": \"pass\""));
  EXPECT_TRUE(says("\"alignment\": \"strict\""));
}

TEST_F(Dmarcctl, spf_puts_look_ups_below_the_terms_that_caused_them) {
  EXPECT_EQ(run_with_zone({"spf", "--ip", "192.0.2.25", "--mail-from", "a@good.example"}), 0);
  EXPECT_TRUE(says("\n      include:spf.example\n        spf.example TXT: records"));
  EXPECT_TRUE(says("\n      mx\n        good.example MX: records"));
  EXPECT_TRUE(says("\n          10 mx.good.example\n          mx.good.example A: records"));
}

TEST_F(Dmarcctl, arc_shows_each_set_and_what_breaks_the_chain) {
  test::ArcChain chain({{"From", " a@good.example"}}, "Hello\r\n");
  chain.seal(
      {.auth_results = "mx.lists.example; dkim=pass header.d=good.example", .names = "from"});
  const std::string keys = folder_.write(
      "keys",
      "arc._domainkey.lists.example TXT v=DKIM1; k=ed25519; "
      "p=11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=\nlost._domainkey.lists.example RCODE "
      "SERVFAIL\n");
  const auto check = [&](const std::string& message, bool json = false) {
    std::vector<std::string> words{
        "arc", folder_.write("message", message), "--zone", keys, "--config", config_};
    if (json) words.emplace_back("--json");
    return run(words);
  };
  EXPECT_EQ(check(chain.message()), 0);
  EXPECT_TRUE(says("ARC: pass\n  unchanged since set 1\n  set 1\n    seal: pass\n"));
  EXPECT_TRUE(says("found by: mx.lists.example\n    dkim=pass header.d=good.example\n"));
  std::string unix_file = chain.message();
  std::erase(unix_file, '\r');
  EXPECT_EQ(check(unix_file, true), 0);
  EXPECT_TRUE(says("\"chain\": \"pass\""));
  EXPECT_TRUE(says("\"sealer\": \"lists.example\""));
  EXPECT_EQ(check(chain.message() + "more\r\n"), 1);
  EXPECT_TRUE(says("reason: ARC-Message-Signature 1: the body was changed"));
  EXPECT_EQ(check("From: a@good.example\r\n\r\n"), 2);
  chain.seal({.selector = "lost", .names = "from"});
  EXPECT_EQ(check(chain.message()), 75);
  EXPECT_TRUE(says("reason: ARC-Seal 2: the look-up of the key failed"));
}

TEST_F(Dmarcctl, the_exit_status_of_spf_is_its_result) {
  const auto check = [this](const std::string& sender) {
    return run_with_zone({"spf", "--ip", "203.0.113.9", "--mail-from", sender});
  };
  EXPECT_EQ(check("a@good.example"), 1);
  EXPECT_EQ(check("a@nothing.example"), 2);
  EXPECT_EQ(check("a@two.example"), 3);
  EXPECT_EQ(check("a@spfdown.example"), 75);
}

TEST_F(Dmarcctl, spf_shows_the_explanation_when_asked) {
  EXPECT_EQ(run_with_zone({"spf", "--ip", "192.0.2.9", "--mail-from", "a@strict.example"}), 1);
  EXPECT_FALSE(says("is not ours"));
  run_with_zone({"spf", "--explanation", "--ip", "192.0.2.9", "--mail-from", "a@strict.example"});
  EXPECT_TRUE(says("192.0.2.9 is not ours"));
}

TEST_F(Dmarcctl, probe_shows_what_a_filter_answers) {
  const std::string proceed = wire::packet('c');
  test::ScriptedFilter filter(
      {wire::packet('O', wire::encode({6, wire::action::all, 0, {}})), proceed, proceed, proceed,
       proceed, proceed, proceed, proceed, proceed,
       wire::packet('i', wire::Fields().number(0).text("A").text("b").take()) +
           wire::packet('y', "550 5.7.1 no\0"s),
       ""});
  const std::string message = folder_.write("message", "From: a@good.example\n\nbody\n");
  EXPECT_EQ(run({"probe", "--socket", "unix:" + filter.spec().path, "--auth", "alice", message}),
            1);
  EXPECT_TRUE(says("insert at 0: A: b"));
  EXPECT_TRUE(says("result: reject: 550 5.7.1 no"));
  EXPECT_EQ(filter.commands(), "ODCHDMDRDTDLDNDBDEAQ");
}

TEST_F(Dmarcctl, probe_pings) {
  test::ScriptedFilter filter({wire::packet('O', wire::encode({6, wire::action::all, 0, {}})), ""});
  EXPECT_EQ(run({"probe", "--ping", "--socket", "unix:" + filter.spec().path}), 0);
  EXPECT_EQ(filter.commands(), "OQ");
  EXPECT_EQ(out_.str(), "");
  EXPECT_EQ(run({"probe", "--ping", "--socket", "unix:/nonexistent"}), 69);
  EXPECT_EQ(run({"probe", "--ping", "--socket", "unix:/x", "message"}), 64);
}

TEST_F(Dmarcctl, probe_compares_with_what_is_expected) {
  const std::string message = folder_.write("message", "From: a@good.example\n\nbody\n");
  const auto status = [&](const std::string& expected) {
    const std::string proceed = wire::packet('c');
    test::ScriptedFilter filter({wire::packet('O', wire::encode({6, wire::action::all, 0, {}})),
                                 proceed, proceed, wire::packet('y', "550 5.7.1 no\0"s), ""});
    return run({"probe", "--socket", "unix:" + filter.spec().path, "--expect", expected, message});
  };
  EXPECT_EQ(status("reject"), 0);
  EXPECT_EQ(status("accept"), 1);
  EXPECT_EQ(status("defer"), 1);
  EXPECT_EQ(run({"probe", "--socket", "unix:/x", "--expect", "bounce", message}), 64);
}

TEST_F(Dmarcctl, probe_can_t_reach_a_filter_that_is_not_there) {
  const std::string message = folder_.write("message", "From: a@good.example\n\n");
  EXPECT_EQ(run({"probe", "--socket", "unix:/nonexistent", message}), 69);
  EXPECT_EQ(err_.str(), "dmarcctl probe: unix:/nonexistent: No such file or directory\n");
  EXPECT_EQ(run({"probe", "--socket", "tcp:1", message}), 64);
  EXPECT_EQ(run({"probe", message}), 64);
  EXPECT_EQ(run({"probe", "--socket", "unix:/x", "/nonexistent"}), 66);
}

}  // namespace
}  // namespace dmarc::ctl
