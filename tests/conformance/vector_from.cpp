#include <dmarc/author_domain.h>

#include "vector_header_line.h"
#include "vector_kinds.h"

namespace dmarc::test {
void check_from(const Field& vector, Checks& checks) {
  vector.allow({"id", "kind", "ref", "status", "title", "note", "headers", "expect"});
  vector["expect"].allow({"domains", "malformed"});
  mail::HeaderBlock block;
  for (const Field& line : vector["headers"].items())
    add_header_line(block, line);
  const mail::Author author = mail::find_author(block);

  std::vector<std::string> domains;
  for (const dns::Name& name : author.domains)
    domains.push_back(name.text());
  checks.list("domains", domains);
  checks.boolean("malformed", author.is_malformed());
  if (!checks.complaints().empty() && !author.detail.empty())
    checks.fail("detail: " + author.detail);
}

}  // namespace dmarc::test
