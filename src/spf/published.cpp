#include "spf/published.h"

#include "base/ascii.h"
#include "spf/record.h"

namespace dmarc::spf {

std::string shown(const dns::Name& name) {
  return base::printable(name.text(), 100);
}

std::string failed_lookup(const dns::Answer& answer, const dns::Name& name, dns::Type type) {
  return "the look-up of " + std::string(dns::to_string(type)) + " records of " + shown(name) +
         " failed: " + std::string(dns::describe(answer.failure));
}

tl::expected<std::string, Trouble> published_record(const dns::Name& domain,
                                                    dns::Resolver& resolver) {
  // RFC 7208 section 4.3 "Initial Processing".
  if (domain.label_count() < 2)
    return tl::unexpected(Trouble{Code::none, shown(domain) + " is a single label"});
  const dns::AnswerPtr answer = resolver.lookup(domain, dns::Type::txt);
  if (answer->outcome == dns::Outcome::temporary_failure)
    return tl::unexpected(Trouble{Code::temperror, failed_lookup(*answer, domain, dns::Type::txt)});
  if (answer->outcome == dns::Outcome::no_such_name)
    return tl::unexpected(Trouble{Code::none, shown(domain) + " does not exist"});

  // RFC 7208 section 4.5 "Selecting Records".
  const std::string* selected = nullptr;
  for (const std::string& text : answer->records) {
    if (!is_spf_record(text)) continue;
    if (selected != nullptr)
      return tl::unexpected(
          Trouble{Code::permerror, shown(domain) + " publishes more than one SPF record"});
    selected = &text;
  }
  if (selected == nullptr)
    return tl::unexpected(Trouble{Code::none, shown(domain) + " publishes no SPF record"});
  return *selected;
}

}  // namespace dmarc::spf
