#include <algorithm>

#include <dmarc/author_domain.h>

#include "base/ascii.h"
#include "mail/address_list.h"
#include "mail/lexer.h"
#include "mail/limits.h"
#include "mail/reader_agreement.h"
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

// The labels of a mail domain are letters, digits, hyphens and underscores, also after the mapping
// of what is not ASCII, which makes "/" of its wide form. With any other octet some reader takes
// the domain to end there: in apostrophes, or "jo@b.example/.c.example".
bool is_mail_domain(const dns::Name& name) {
  return name.is_hostname();
}

void set_bad_domain(Author& author, std::string_view reason, std::string_view text) {
  set_defect(author, AuthorDefect::bad_domain, std::string(reason) + ": " + base::printable(text));
}

/// Adds the names of `found` that `names` does not have; false when one is not a name.
bool take_names(Author& author, const std::vector<AddressDomain>& found,
                std::vector<dns::Name>& names) {
  for (const AddressDomain& domain : found) {
    if (domain.is_literal) continue;
    const auto name = dns::Name::parse(domain.text);
    if (name && is_mail_domain(*name)) {
      if (author.as_written.empty()) author.as_written = domain.text;
      add_distinct(names, *name);
      continue;
    }
    set_bad_domain(author, name ? "an octet that no host name has" : dns::describe(name.error()),
                   domain.text);
    return false;
  }
  return true;
}

void take_list(Author& author, const AddressList& list) {
  if (!take_names(author, list.addresses, author.domains)) return author.domains.clear();
  if (author.domains.empty()) {
    list.addresses.empty() ? set_defect(author, AuthorDefect::no_address, "only empty groups")
                           : set_defect(author, AuthorDefect::no_domain, "only domain literals");
    return;
  }
  author.visible = author.domains;
  if (!take_names(author, list.routes, author.visible)) author.domains.clear();
}

/// Whoever takes the wide "@" for the plain one must see the same addresses.
bool reads_alike_with_plain_ats(std::string_view text, const AddressList& list) {
  const std::string plain = with_plain_ats(text);
  if (plain == text) return true;
  const auto other = parse_address_list(plain);
  const auto same = [](const AddressDomain& a, const AddressDomain& b) { return a.text == b.text; };
  return other && std::equal(list.addresses.begin(), list.addresses.end(), other->addresses.begin(),
                             other->addresses.end(), same);
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
  const auto list = parse_address_list(*text);
  if (!list)
    set_defect(author, list.error().defect, list.error().detail);
  else if (!reads_alike_with_plain_ats(*text, *list))
    set_defect(author, AuthorDefect::syntax, "a wide form of \"@\" in an address");
  else
    take_list(author, *list);
  return author;
}

Author read_field(std::string_view value) {
  Author author = read_strictly(value);
  if (author.is_clean()) return author;
  VisibleDomains seen = find_visible_domains(value, Author::max_visible + 1);
  // A well-formed field without an author stays one, whatever its comments hold.
  const bool may_recover = author.is_malformed() && author.defect != AuthorDefect::too_long;
  const bool one_domain =
      may_recover && readers_agree(value, seen) && is_mail_domain(seen.names.front());
  author.visible = std::move(seen.names);
  author.domains.clear();
  if (one_domain) author.domains = author.visible;
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
      return "From field is not an address list";
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
    // The other fields can't make up for what a cut-off field does not show.
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
