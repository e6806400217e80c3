#include <dmarc/record.h>

#include "failure/incident.h"
#include "mail/auth_results.h"
#include "vector_kinds.h"

namespace dmarc::test {

void check_ruf(const Field& vector, Checks& checks) {
  vector.allow({"id", "kind", "ref", "status", "title", "note", "record", "spf", "dkim", "expect"});
  vector["spf"].allow({"result", "aligned_pass"});
  vector["dkim"].allow({"any_signature_failed", "aligned_pass"});
  vector["expect"].allow({"reports", "identity_alignment"});
  const auto record = Record::parse(vector["record"].text());
  if (!record) vector["record"].complain("not a DMARC record");

  const failure::Facts facts{.spf_failed = failure::is_spf_failure(
                                 mail::parse_result_word(vector["spf"]["result"].text())),
                             .spf_aligned = vector["spf"]["aligned_pass"].boolean(),
                             .dkim_failed = vector["dkim"]["any_signature_failed"].boolean(),
                             .dkim_aligned = vector["dkim"]["aligned_pass"].boolean()};
  std::vector<std::string> reports;
  for (const failure::Kind kind : failure::requested_reports(*record, facts))
    reports.emplace_back(to_string(kind));
  checks.list("reports", reports);
  checks.list("identity_alignment", failure::unaligned_methods(facts));
}

}  // namespace dmarc::test
