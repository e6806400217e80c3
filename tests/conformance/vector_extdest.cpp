// Vectors of external destinations: which URIs of a record get reports.

#include "dns/lookup_session.h"
#include "recorder.h"
#include "sending/consent.h"
#include "vector_kinds.h"
#include "vector_zone.h"

namespace dmarc::test {
namespace {

using sending::Agreement;
using sending::ReportTag;

ReportTag read_tag(const Field& tag) {
  const std::string text = tag.text_or("rua");
  if (text != "rua" && text != "ruf") tag.complain("neither rua nor ruf");
  return text == "rua" ? ReportTag::rua : ReportTag::ruf;
}

struct Sorted {
  std::vector<std::string> send, drop, defer;
};

Sorted sort(const std::vector<sending::Destination>& destinations) {
  Sorted sorted;
  for (const sending::Destination& destination : destinations) {
    for (const sending::ReportUri& target : destination.targets)
      sorted.send.push_back(target.uri);
    if (destination.agreement == Agreement::refused) sorted.drop.push_back(destination.uri);
    if (destination.agreement == Agreement::deferred) sorted.defer.push_back(destination.uri);
    sorted.drop.insert(sorted.drop.end(), destination.refused_targets.begin(),
                       destination.refused_targets.end());
  }
  return sorted;
}

}  // namespace

void check_extdest(const Field& vector, Checks& checks) {
  vector.allow({"id", "kind", "ref", "status", "title", "note", "policy_domain", "tag", "uris",
                "zone", "expect"});
  vector["expect"].allow({"send", "drop", "defer", "report_queries", "accept_results"});
  const auto policy_domain = dns::Name::parse(vector["policy_domain"].text());
  if (!policy_domain) vector["policy_domain"].complain("not a domain name");
  dns::Zone zone = read_zone(vector["zone"]);
  dns::LookupSession session(zone, {});
  Recorder recorder(session);
  const Sorted sorted = sort(sending::verify(*policy_domain, vector["uris"].texts(),
                                             read_tag(vector["tag"]), Options{}, recorder));
  checks.list("send", sorted.send);
  checks.list("drop", sorted.drop);
  checks.list("defer", sorted.defer);
  checks.list("report_queries", recorder.agreement_queries());
}

}  // namespace dmarc::test
