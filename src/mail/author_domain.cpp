#include <algorithm>

#include <dmarc/author_domain.h>

#include "base/ascii.h"
#include "mail/address_list.h"
#include "mail/lexer.h"
#include "mail/limits.h"
#include "mail/visible_domains.h"

namespace dmarc::mail {
namespace {

void add_distinct(std::vector<dns::Name>& names, const dns::Name& name) {
  if (std::find(names.begin(), names.end(), name) == names.end()) names.push_back(name);
}

void set_defect(Author& author, AuthorDefect defect, std::string detail) {
  author.defect = defect;
  author.detail = std::move(detail);
}

// No domain of the public DNS ends in a label with other octets, but an address in apostrophes
// does, and its readers don't see them as a part of it.
bool has_plausible_end(const dns::Name& name) {
  return name.rightmost(1).is_hostname();
}

void take_domains(Author& author, const std::vector<AddressDomain>& addresses) {
  for (const AddressDomain& address : addresses) {
    if (address.is_literal) continue;
    const auto name = dns::Name::parse(address.text);
    if (!name || !has_plausible_end(*name)) {
      const auto reason = name ? "odd octet in the last label" : dns::describe(name.error());
      set_defect(author, AuthorDefect::bad_domain,
                 std::string(reason) + ": " + base::printable(address.text));
      return;
    }
    if (author.domains.empty()) author.as_written = address.text;
    add_distinct(author.domains, *name);
  }
  if (!author.domains.empty()) return;
  addresses.empty() ? set_defect(author, AuthorDefect::no_address, "only empty groups")
                    : set_defect(author, AuthorDefect::no_domain, "only domain literals");
}

/// RFC 5322 section 3.6.2 "Originator Fields", read strictly.
Author read_strictly(std::string_view value) {
  Author author;
  if (value.size() >= max_from_value) {
    set_defect(author, AuthorDefect::too_long, std::to_string(value.size()) + " octets");
    return author;
  }
  const auto text = unfold(value);
  if (!text) {
    set_defect(author, AuthorDefect::bad_octet,
               "control octet at octet " + std::to_string(text.error() + 1));
    return author;
  }
  const auto addresses = parse_address_list(*text);
  addresses ? take_domains(author, *addresses)
            : set_defect(author, addresses.error().defect, addresses.error().detail);
  return author;
}

Author read_field(std::string_view value) {
  Author author = read_strictly(value);
  if (author.is_clean()) {
    author.visible = author.domains;
    return author;
  }
  VisibleDomains seen = find_visible_domains(value, Author::max_visible + 1);
  author.domains.clear();
  author.visible = std::move(seen.names);
  author.as_written = std::move(seen.as_written);
  if (!seen.complete && author.defect != AuthorDefect::too_long)
    set_defect(author, AuthorDefect::too_long, "too many domains to look at");
  return author;
}

}  // namespace

std::string_view describe(AuthorDefect defect) {
  switch (defect) {
    case AuthorDefect::no_from:
      return "no From field";
    case AuthorDefect::several_from:
      return "several From fields";
    case AuthorDefect::no_address:
      return "no address in the From field";
    case AuthorDefect::no_domain:
      return "no domain name in the From field";
    case AuthorDefect::syntax:
      return "From field is no address list";
    case AuthorDefect::bad_octet:
      return "From field holds octets that it must not";
    case AuthorDefect::bad_domain:
      return "From field names an impossible domain";
    case AuthorDefect::too_long:
      return "From field is too long";
  }
  return "";
}

Author find_author_in(std::span<const std::string_view> from_values) {
  if (from_values.size() == 1) {
    Author author = read_field(from_values.front());
    author.from_fields = 1;
    return author;
  }
  Author author;
  author.from_fields = from_values.size();
  if (from_values.empty()) {
    author.defect = AuthorDefect::no_from;
    return author;
  }
  author.defect = AuthorDefect::several_from;
  author.detail = std::to_string(from_values.size());
  for (const std::string_view value : from_values) {
    const Author one = read_field(value);
    // What a cut-off field does not show can't be made up for by the others.
    if (one.defect == AuthorDefect::too_long) set_defect(author, *one.defect, one.detail);
    if (author.visible.empty()) author.as_written = one.as_written;
    for (const dns::Name& name : one.visible) {
      if (author.visible.size() <= Author::max_visible) add_distinct(author.visible, name);
    }
  }
  return author;
}

Author find_author(std::span<const HeaderField> block) {
  std::vector<std::string_view> values;
  for (const HeaderField* field : fields_named(block, "From"))
    values.push_back(field->value);
  return find_author_in(values);
}

}  // namespace dmarc::mail
