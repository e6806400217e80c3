#include <algorithm>

#include <dmarc/evaluate.h>

#include "dns/lookup_session.h"
#include "recorder.h"
#include "sending/consent.h"
#include "vector_kinds.h"
#include "vector_zone.h"

namespace dmarc::test {
namespace {

MethodOutcome read_outcome(const Field& result) {
  const std::string text = result.text();
  if (text == "pass") return MethodOutcome::pass;
  return text == "temperror" ? MethodOutcome::temperror : MethodOutcome::other;
}

// RFC 9989 section 4.4.2: the MAIL FROM identity, which for a null reverse-path is postmaster at
// the HELO name. A domain that can't be a name authenticates nothing.
std::optional<SpfInput> read_spf(const Field& vector) {
  const Field sender = vector["mail_from"];
  if (!sender.is_set()) return {};
  sender.allow({"domain", "spf"});
  vector["helo"].allow({"domain", "spf"});
  const Field domain = sender["domain"].is_set() ? sender["domain"] : vector["helo"]["domain"];
  if (!domain.is_set()) return {};
  auto name = dns::Name::parse(domain.text());
  if (!name) return {};
  return SpfInput{.domain = *std::move(name), .outcome = read_outcome(sender["spf"])};
}

std::vector<DkimInput> read_signatures(const Field& list) {
  std::vector<DkimInput> signatures;
  for (const Field& item : list.items()) {
    item.allow({"d", "s", "result"});
    if (auto name = dns::Name::parse(item["d"].text()))
      signatures.push_back({.domain = *std::move(name),
                            .outcome = read_outcome(item["result"]),
                            .selector = item["s"].text_or("")});
  }
  return signatures;
}

// The distinct domains of the From field; empty when one of them is no domain name.
std::vector<dns::Name> read_authors(const Field& list) {
  std::vector<dns::Name> authors;
  for (const std::string& text : list.texts()) {
    auto name = dns::Name::parse(text);
    if (!name) return {};
    if (std::find(authors.begin(), authors.end(), *name) == authors.end())
      authors.push_back(*std::move(name));
  }
  return authors;
}

std::string text(const std::optional<dns::Name>& name) {
  return name ? name->text() : "null";
}

void compare(const Verdict& verdict, const Recorder& recorder, const Field& expect,
             Checks& checks) {
  if (!checks.result("result", to_string(verdict.result))) return;
  checks.text("org_domain", text(verdict.organizational_domain));
  checks.text("policy_domain", text(verdict.policy_domain));
  checks.text("policy", verdict.policy ? to_string(*verdict.policy) : "null");
  checks.text("disposition", to_string(verdict.disposition()));
  checks.text("default_disposition", to_string(verdict.default_disposition()));
  checks.boolean("spf_aligned", verdict.spf_aligned);
  checks.boolean("dkim_aligned", verdict.dkim_aligned);
  checks.list("dmarc_queries", recorder.first_record_queries(verdict.walk.size()));
  if (expect["existence_query"].is_set())
    checks.text("existence_query", recorder.existence_query());
}

// The addresses that an aggregate report on this message would go to.
std::vector<std::string> find_recipients(const Verdict& verdict, dns::Resolver& resolver) {
  std::vector<std::string> addresses;
  if (!verdict.record || !verdict.policy_domain) return addresses;
  for (const auto& destination : sending::verify(*verdict.policy_domain, verdict.record->rua,
                                                 sending::ReportTag::rua, Options{}, resolver))
    for (const auto& target : destination.targets)
      addresses.push_back(target.uri);
  return addresses;
}

// The expected list may name addresses or URIs.
void compare_recipients(std::vector<std::string> actual, const Field& expected, Checks& checks) {
  constexpr std::string_view scheme = "mailto:";
  const auto plain = [&](std::vector<std::string> list) {
    for (std::string& text : list)
      if (text.starts_with(scheme)) text.erase(0, scheme.size());
    return list;
  };
  if (expected.is_set() && plain(std::move(actual)) != plain(expected.texts()))
    checks.fail("rua: reports would go elsewhere");
}

// MultiFromPolicy permerror: a From field that does not name exactly one domain is reported.
void compare_unusable(Checks& checks) {
  if (!checks.result("result", to_string(Result::permerror))) return;
  for (const char* const field : {"org_domain", "policy_domain", "policy"})
    checks.text(field, "null");
  checks.text("disposition", to_string(Policy::none));
  checks.text("default_disposition", to_string(Policy::none));
  checks.boolean("spf_aligned", false);
  checks.boolean("dkim_aligned", false);
}

}  // namespace

void check_dmarc(const Field& vector, Checks& checks) {
  vector.allow({"id", "kind", "ref", "status", "title", "note", "zone", "from_domains", "mail_from",
                "helo", "dkim", "arc", "expect"});
  const Field expect = vector["expect"];
  expect.allow({"result", "org_domain", "policy_domain", "policy", "disposition",
                "default_disposition", "spf_aligned", "dkim_aligned", "dmarc_queries",
                "existence_query", "rua", "accept_results"});
  const auto authors = read_authors(vector["from_domains"]);
  dns::Zone zone = read_zone(vector["zone"]);
  dns::LookupSession session(zone, {});
  Recorder recorder(session);
  const auto spf = read_spf(vector);
  const auto signatures = read_signatures(vector["dkim"]);
  if (authors.size() != 1) return compare_unusable(checks);
  const Inputs inputs{.author = authors.front(), .spf = spf, .dkim = signatures};
  const Verdict verdict = evaluate(inputs, {}, recorder);
  compare(verdict, recorder, expect, checks);
  compare_recipients(find_recipients(verdict, session), expect["rua"], checks);
}

}  // namespace dmarc::test
