#include <dmarc/ip_address.h>
#include <dmarc/reverse_path.h>
#include <dmarc/spf.h>

#include "dns/lookup_session.h"
#include "vector_kinds.h"
#include "vector_zone.h"

namespace dmarc::test {

void check_spf(const Field& vector, Checks& checks) {
  vector.allow({"id", "kind", "ref", "status", "title", "note", "zone", "ip", "helo", "mail_from",
                "expect"});
  vector["expect"].allow({"result", "accept_results"});
  const auto client = base::IpAddress::parse(vector["ip"].text());
  if (!client) vector["ip"].complain("not an IP address");
  dns::Zone zone = read_zone(vector["zone"]);
  dns::LookupSession session(zone, {});
  const spf::Request request{.client = *client,
                             .helo = vector["helo"].text_or(""),
                             .sender = mail::parse_reverse_path(vector["mail_from"].text_or(""))};
  const spf::Result result = spf::check(request, session, {});
  checks.result("result", to_string(result.code));
  if (!checks.complaints().empty() && !result.problem.empty())
    checks.fail("problem: " + result.problem);
}

}  // namespace dmarc::test
