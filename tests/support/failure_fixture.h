// A message that failed, as the tests of failure reports know it: news.example.org asks for
// reports, the message comes from a host that may not send for it.
#pragma once

#include <string>
#include <string_view>

#include "failure/incident.h"

namespace dmarc::failing {

inline dns::Name name(std::string_view text) {
  return dns::Name::parse(text).value();
}

inline policy::Message message() {
  policy::Message message;
  message.job_id = "4F1A2B";
  message.mta_name = "mx.victim.example";
  message.client = base::IpAddress::parse("203.0.113.5");
  message.client_name = "client.attack.example";
  message.sender = mail::parse_reverse_path("<bounces@news.example.org>");
  message.header = {{"Received",
                     "from client.attack.example by mx.victim.example\r\n"
                     "\tfor <jo@victim.example>"},
                    {"DKIM-Signature", "v=1; d=example.org; s=sel; i=jane@example.org; b=x"},
                    {"From", "Jane <jane@news.example.org>"},
                    {"To", "Jo Doe <jo@victim.example>"},
                    {"Subject",
                     "Gr\xc3\xbc\xc3\x9f"
                     "e"}};
  return message;
}

/// SPF and the signature failed, and the message was refused.
inline policy::Judgement judgement(std::string_view record) {
  policy::Judgement judgement;
  Verdict verdict(name("news.example.org"));
  verdict.result = Result::fail;
  verdict.record = read_record(record);
  verdict.organizational_domain = name("example.org");
  verdict.policy_domain = name("example.org");
  verdict.walk = {{.name = name("news.example.org"), .outcome = dns::Outcome::no_such_name},
                  {.name = name("example.org"),
                   .outcome = dns::Outcome::records,
                   .records_found = 1,
                   .record = verdict.record}};
  verdict.policy = verdict.record->p;
  judgement.result = Result::fail;
  judgement.policy = verdict.policy;
  judgement.disposition = Policy::reject;
  judgement.action = policy::Action::reject;
  judgement.verdicts.push_back(std::move(verdict));
  policy::Authentication& authentication = judgement.authentication;
  authentication.spf = SpfInput{name("news.example.org")};
  authentication.spf_result = mail::ResultWord::fail;
  authentication.own_spf.emplace();
  authentication.own_spf->record = "v=spf1 \"-all";
  authentication.dkim = {
      {{name("list.example"), MethodOutcome::other, "first"}, mail::ResultWord::fail},
      {{name("example.org"), MethodOutcome::other, "sel"}, mail::ResultWord::fail}};
  return judgement;
}

inline constexpr std::string_view usual_record = "v=DMARC1; p=reject; ruf=mailto:f@example.org";

inline policy::Settings settings() {
  policy::Settings settings;
  settings.authserv_id = "mx.victim.example";
  return settings;
}

}  // namespace dmarc::failing
