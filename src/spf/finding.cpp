#include "spf/finding.h"

#include "base/ascii.h"
#include "spf/limits.h"

namespace dmarc::spf {

Finding Finding::of(Trouble trouble) {
  Finding finding;
  finding.code = trouble.code;
  finding.problem = std::move(trouble.problem);
  finding.failure = trouble.failure;
  return finding;
}

std::string shown(const dns::Name& name) {
  return base::printable(name.text(), 100);
}

Trouble failed_lookup(const dns::Answer& answer, const dns::Question& question) {
  return {Code::temperror,
          "the look-up of " + std::string(dns::to_string(question.type)) + " records of " +
              shown(question.name) + " failed: " + std::string(dns::describe(answer.failure)),
          answer.failure};
}

Trouble too_many_terms() {
  return {Code::permerror,
          "more than " + std::to_string(max_dns_terms) + " terms that ask the DNS"};
}

Trouble too_many_void_lookups(std::size_t limit, const dns::Question& last) {
  return {Code::permerror,
          "more than " + std::to_string(limit) + " void look-ups; the last was for " +
              std::string(dns::to_string(last.type)) + " records of " + shown(last.name)};
}

Trouble too_many_mx_hosts(const dns::Name& domain) {
  return {Code::permerror,
          shown(domain) + " has more than " + std::to_string(max_mx_hosts) + " MX hosts"};
}

Trouble too_many_questions() {
  return {Code::permerror, "more than " + std::to_string(max_questions) + " questions to the DNS"};
}

Trouble too_much_text() {
  return {Code::permerror,
          "more than " + std::to_string(max_record_text) + " octets of SPF records"};
}

}  // namespace dmarc::spf
