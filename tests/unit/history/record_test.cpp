#include "history/record.h"

#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <utility>

#include "mail/auth_results.h"

namespace dmarc::history {
namespace {

dns::Name name(std::string_view text) {
  return dns::Name::parse(text).value();
}

std::string record_text(const policy::Message& message, const policy::Judgement& judgement,
                        std::int64_t received, std::string_view host_name) {
  return record_of(message, judgement, received, host_name).text;
}

policy::Message message() {
  policy::Message message;
  message.job_id = "4F1A2B";
  message.mta_name = "mx.victim.example";
  message.client = base::IpAddress::parse("203.0.113.5");
  message.sender = mail::parse_reverse_path("<bounces@example.org>");
  message.header = {{"To", "Someone <me@victim.example>, other@victim.example"}};
  return message;
}

policy::Judgement judgement(Result result, std::string_view record_text) {
  policy::Judgement judgement;
  Verdict verdict(name("News.Example.org"));
  verdict.result = result;
  verdict.record = read_record(record_text);
  if (verdict.record) {
    verdict.policy_domain = name("example.org");
    verdict.published_policy = verdict.record->p;
    verdict.policy =
        verdict.record->testing ? one_level_lower(*verdict.record->p) : *verdict.record->p;
  }
  judgement.result = result;
  judgement.verdicts.push_back(verdict);
  return judgement;
}

TEST(HistoryRecord, has_the_keys_and_codes_that_importers_read) {
  auto judged = judgement(Result::fail,
                          "v=DMARC1; p=reject; sp=quarantine; np=none; aspf=s; "
                          "rua=mailto:a@example.org!10m,mailto:b@example.org; "
                          "ruf=mailto:f@example.org; fo=1:d");
  judged.action = policy::Action::reject;
  judged.disposition = Policy::reject;
  judged.authentication.dkim.push_back(
      {{name("list.example"), MethodOutcome::other, "sel"}, mail::ResultWord::fail});
  judged.authentication.spf_source = policy::Authentication::SpfSource::auth_results;
  judged.authentication.spf_result = mail::ResultWord::softfail;
  EXPECT_EQ(record_text(message(), judged, 1790000000, "host"),
            "job 4F1A2B\n"
            "reporter mx.victim.example\n"
            "received 1790000000\n"
            "ipaddr 203.0.113.5\n"
            "from news.example.org\n"
            "mfrom example.org\n"
            "dkim list.example sel 7\n"
            "spf 2\n"
            "spf_scope 1\n"
            "pdomain example.org\n"
            "policy 16 discovery=treewalk testing=n psd=u np=none requested=reject\n"
            "rua mailto:a@example.org\n"
            "rua mailto:b@example.org\n"
            "pct 100\n"
            "adkim 114\n"
            "aspf 115\n"
            "p 114\n"
            "sp 113\n"
            "fo 6\n"
            "align_dkim 5\n"
            "align_spf 5\n"
            "arc 7\n"
            "arc_policy 2 json:[]\n"
            "action 0\n");
}

TEST(HistoryRecord, says_why_a_failing_message_was_spared) {
  const auto last_line = [](const policy::Judgement& judged) {
    const std::string record = record_text(message(), judged, 1, "host");
    return record.substr(record.rfind('\n', record.size() - 2) + 1);
  };
  auto spared = judgement(Result::fail, "v=DMARC1; p=reject; t=y");
  spared.overrides = {{policy::OverrideType::policy_test_mode}};
  EXPECT_EQ(last_line(spared), "action 2 policy_test_mode\n");
  spared.overrides.push_back(
      {policy::OverrideType::local_policy, "policies are not enforced; here"});
  EXPECT_EQ(last_line(spared),
            "action 2 policy_test_mode; local_policy: policies are not enforced, here\n");
  EXPECT_EQ(last_line(judgement(Result::pass, "v=DMARC1; p=reject; t=y")), "action 2\n");
}

TEST(HistoryRecord, says_why_each_signature_is_not_a_pass) {
  auto judged = judgement(Result::fail, "v=DMARC1; p=reject");
  judged.authentication.dkim = {
      {{name("example.org"), MethodOutcome::pass, "a"}, mail::ResultWord::pass},
      {{name("example.org"), MethodOutcome::other, "b"},
       mail::ResultWord::permerror,
       false,
       {},
       dkim::Fault::key_revoked}};
  const std::string record = record_text(message(), judged, 1, "host");
  EXPECT_NE(record.find("\nalign_dkim 5 - key_revoked\n"), std::string::npos) << record;
}

TEST(HistoryRecord, the_helo_name_stands_for_a_message_without_a_sender) {
  auto sent = message();
  sent.helo = "Mail.Example.org";
  const auto judged = judgement(Result::fail, "v=DMARC1; p=reject");
  EXPECT_EQ(record_text(sent, judged, 1, "host").find("helo="), std::string::npos);
  sent.sender = mail::parse_reverse_path("<>");
  const std::string record = record_text(sent, judged, 1, "host");
  EXPECT_NE(record.find("\nspf_scope -1 helo=mail.example.org\n"), std::string::npos) << record;
  for (const char* name : {"[192.0.2.1]", "a b", "x\njob y", ""}) {
    sent.helo = name;
    EXPECT_EQ(record_text(sent, judged, 1, "host").find("helo="), std::string::npos) << name;
  }
}

TEST(HistoryRecord, null_sender_and_missing_macro_have_their_forms) {
  auto sent = message();
  sent.sender = mail::parse_reverse_path("<>");
  sent.mta_name.clear();
  const std::string record =
      record_text(sent, judgement(Result::none, "no record"), 1, "host.example");
  EXPECT_NE(record.find("\nmfrom \n"), std::string::npos) << record;
  EXPECT_NE(record.find("\nreporter host.example\n"), std::string::npos) << record;
  EXPECT_NE(
      record.find("\nspf -1\nspf_scope -1\npdomain news.example.org\npolicy 14\nrua -\npct 0\n"),
      std::string::npos)
      << record;
}

TEST(HistoryRecord, a_result_that_was_read_has_the_code_of_its_word) {
  const std::pair<std::string_view, int> codes[] = {
      {"pass", 0},     {"softfail", 2}, {"neutral", 3},  {"temperror", 4}, {"permerror", 5},
      {"none", 6},     {"fail", 7},     {"policy", 8},   {"nxdomain", 9},  {"signed", 10},
      {"unknown", 11}, {"discard", 12}, {"hardfail", -1}};
  for (const auto& [word, code] : codes) {
    auto judged = judgement(Result::fail, "v=DMARC1; p=none");
    judged.authentication.dkim.push_back(
        {{name("example.org"), MethodOutcome::other, "s"}, mail::parse_result_word(word)});
    const std::string record = record_text(message(), judged, 1, "host");
    EXPECT_NE(record.find("dkim example.org s " + std::to_string(code) + "\n"), std::string::npos)
        << word << "\n"
        << record;
  }
}

// RPT-08
TEST(HistoryRecord, no_octet_of_a_sender_can_make_a_line_of_its_own) {
  auto judged = judgement(Result::pass, "v=DMARC1; p=none");
  judged.authentication.dkim.push_back(
      {{name("example.org"), MethodOutcome::pass, "a\njob forged\x1b b"}, mail::ResultWord::pass});
  auto sent = message();
  sent.job_id = "1\njob 2";
  const std::string record = record_text(sent, judged, 1, "host");
  EXPECT_EQ(record.find("\njob "), std::string::npos) << record;
  EXPECT_NE(record.find("job 1\\x0ajob_2\n"), std::string::npos) << record;
  EXPECT_EQ(record.find("forged"), std::string::npos) << record;
  EXPECT_NE(record.find("dkim example.org - 0\n"), std::string::npos) << record;
}

TEST(History, records_what_has_a_verdict_and_a_policy) {
  const Settings usual;
  const Settings all{.record_all = true, .ignore_mail_to = {}};
  const auto policy = judgement(Result::fail, "v=DMARC1; p=none");
  const auto nothing = judgement(Result::none, "no record");
  const auto failed = judgement(Result::temperror, "no record");
  EXPECT_TRUE(belongs_in_history(message(), policy, usual));
  EXPECT_FALSE(belongs_in_history(message(), nothing, usual));
  EXPECT_TRUE(belongs_in_history(message(), nothing, all));
  EXPECT_FALSE(belongs_in_history(message(), failed, all))
      << "an importer would take it for a withdrawn policy";
  EXPECT_FALSE(belongs_in_history(message(), policy::Judgement{}, all));
}

TEST(History, ignore_mail_to_looks_at_the_first_to_field) {
  const auto judged = judgement(Result::fail, "v=DMARC1; p=none");
  const auto recorded = [&](std::string address) {
    return belongs_in_history(message(), judged,
                              {.record_all = false, .ignore_mail_to = {std::move(address)}});
  };
  EXPECT_FALSE(recorded("ME@victim.example"));
  EXPECT_FALSE(recorded("other@victim.example"));
  EXPECT_TRUE(recorded("else@victim.example"));
}

TEST(History, ignore_mail_to_looks_at_the_envelope_in_any_case) {
  const Settings options{.record_all = false, .ignore_mail_to = {"reports@victim.example"}};
  EXPECT_TRUE(is_ignored_recipient("Reports@VICTIM.example", options));
  EXPECT_FALSE(is_ignored_recipient("reports@sub.victim.example", options));
  EXPECT_FALSE(is_ignored_recipient("", {.record_all = false, .ignore_mail_to = {}}));
}

// RPT-04: no reports on reports.
TEST(HistoryRecord, a_genuine_report_is_not_recorded) {
  policy::Message report = message();
  report.header.add("Subject",
                    "Report Domain: victim.example\r\n Submitter: mx.example.org Report-ID: <1@x>");
  EXPECT_FALSE(belongs_in_history(report, judgement(Result::pass, "v=DMARC1; p=reject"), {}));
  EXPECT_TRUE(belongs_in_history(report, judgement(Result::fail, "v=DMARC1; p=reject"), {}));
  policy::Message other = message();
  other.header.add("Subject", "Report Domain: who knows?");
  EXPECT_TRUE(belongs_in_history(other, judgement(Result::pass, "v=DMARC1; p=reject"), {}));
}

}  // namespace
}  // namespace dmarc::history
