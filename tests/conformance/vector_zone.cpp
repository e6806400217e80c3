#include "vector_zone.h"

#include <algorithm>
#include <map>

#include <dmarc/ip_address.h>

#include "base/ascii.h"

namespace dmarc::test {
namespace {

// Names in zones may have any labels, "*" among them; U-labels are converted.
dns::Name read_name(std::string_view text, const Field& place) {
  const bool ascii = std::none_of(text.begin(), text.end(), base::is_eight_bit);
  auto name = ascii ? dns::Name::from_octets(text) : dns::Name::parse(text);
  if (!name) place.complain("no domain name: " + std::string(describe(name.error())));
  return *std::move(name);
}

std::string read_address(const Field& record) {
  const auto address = base::IpAddress::parse(record.text());
  if (!address) record.complain("not an IP address");
  return {address->octets().begin(), address->octets().end()};
}

std::string read_exchange(const Field& record) {
  const std::string text = record.text();
  const std::size_t blank = text.find(' ');
  if (blank == std::string::npos) record.complain("not \"preference host\"");
  return text.substr(0, blank + 1) + read_name(text.substr(blank + 1), record).text();
}

// RFC 9989 section 4.5: the character-strings of one record are joined with nothing between them.
std::string read_strings(const Field& record) {
  if (!record.is_list()) return record.text();
  std::string joined;
  for (const std::string& part : record.texts())
    joined += part;
  return joined;
}

std::string read_record(dns::Type type, const Field& record) {
  switch (type) {
    case dns::Type::txt:
      return read_strings(record);
    case dns::Type::a:
    case dns::Type::aaaa:
      return read_address(record);
    case dns::Type::mx:
      return read_exchange(record);
    case dns::Type::cname:
    case dns::Type::ptr:
      break;
  }
  return read_name(record.text(), record).text();
}

void add_failure(dns::Zone& zone, const dns::Name& owner, const Field& rcode) {
  static const std::map<std::string, dns::Failure> failures{{"SERVFAIL", dns::Failure::servfail},
                                                            {"TIMEOUT", dns::Failure::timeout},
                                                            {"REFUSED", dns::Failure::refused}};
  const std::string text = rcode.text();
  const auto failure = failures.find(text);
  if (failure != failures.end())
    zone.add_failure(owner, failure->second);
  else if (text == "NXDOMAIN")
    zone.add_nonexistent(owner);
  else
    rcode.complain("not SERVFAIL, TIMEOUT, REFUSED or NXDOMAIN");
}

// Compact denial of existence (RFC 9824) answers NOERROR without records, as for a name that
// exists only because there are names below it. Give it one.
void add_compact_denial(dns::Zone& zone, const dns::Name& owner, const Field& flag) {
  if (flag.boolean()) zone.add(owner.with_prefix("nxname").value(), dns::Type::a, "\x7f\0\0\1");
}

void add_records(dns::Zone& zone, const dns::Name& owner, const std::string& type_name,
                 const Field& records) {
  for (const dns::Type type : {dns::Type::a, dns::Type::aaaa, dns::Type::cname, dns::Type::mx,
                               dns::Type::ptr, dns::Type::txt}) {
    if (type_name != to_string(type)) continue;
    for (const Field& record : records.items())
      zone.add(owner, type, read_record(type, record));
    return;
  }
  records.complain("not a record type of this schema");
}

}  // namespace

dns::Zone read_zone(const Field& zone) {
  dns::Zone filled;
  for (const auto& [owner_text, sets] : zone.members()) {
    const dns::Name owner = read_name(owner_text, sets);
    for (const auto& [key, value] : sets.members()) {
      if (key == "rcode")
        add_failure(filled, owner, value);
      else if (key == "nxname")
        add_compact_denial(filled, owner, value);
      else
        add_records(filled, owner, key, value);
    }
  }
  return filled;
}

}  // namespace dmarc::test
