#include "resolver/ldns_types.h"

#include <new>

#include "base/ascii.h"

namespace dmarc::resolver {

LdnsPtr<ldns_rdf> to_ldns(const dns::Name& name) {
  std::string wire;
  wire.reserve(name.text().size() + 2);
  for (const std::string_view label : base::split(name.text(), '.')) {
    wire += static_cast<char>(label.size());
    wire += label;
  }
  wire += '\0';
  LdnsPtr<ldns_rdf> made(ldns_rdf_new_frm_data(LDNS_RDF_TYPE_DNAME, wire.size(), wire.data()));
  if (!made) throw std::bad_alloc();
  return made;
}

std::string name_text(const ldns_rdf& name) {
  const std::string_view wire(reinterpret_cast<const char*>(ldns_rdf_data(&name)),
                              ldns_rdf_size(&name));
  std::string text;
  text.reserve(wire.size());
  std::size_t at = 0;
  while (at < wire.size() && wire[at] != '\0') {
    const auto length = static_cast<unsigned char>(wire[at]);
    if (!text.empty()) text += '.';
    for (const char octet : wire.substr(at + 1, length)) {
      if (octet == '.')
        text += "\\046";
      else
        text += base::to_lower(octet);
    }
    at += 1U + length;
  }
  return text.empty() ? "." : text;
}

}  // namespace dmarc::resolver
