#include "support/dns_reply.h"

#include <algorithm>
#include <cstdlib>
#include <memory>
#include <string>

#include "resolver/ldns_types.h"

namespace dmarc::test {
namespace {

using resolver::LdnsPtr;

constexpr std::size_t header_size = 12;

LdnsPtr<ldns_rdf> name_data(std::string_view text) {
  const auto name = dns::Name::from_octets(text);
  return name ? resolver::to_ldns(*name)
              : LdnsPtr<ldns_rdf>(ldns_rdf_new_frm_data(LDNS_RDF_TYPE_DNAME, 1, "\0"));
}

class RecordBuilder {
 public:
  RecordBuilder(const dns::Name& owner, ldns_rr_type type, std::uint32_t ttl)
      : record_(ldns_rr_new()) {
    ldns_rr_set_owner(record_.get(), resolver::to_ldns(owner).release());
    ldns_rr_set_type(record_.get(), type);
    ldns_rr_set_class(record_.get(), LDNS_RR_CLASS_IN);
    ldns_rr_set_ttl(record_.get(), ttl);
  }

  void name(std::string_view text) { ldns_rr_push_rdf(record_.get(), name_data(text).release()); }
  void octets(ldns_rdf_type type, std::string_view data) {
    ldns_rr_push_rdf(record_.get(), ldns_rdf_new_frm_data(type, data.size(), data.data()));
  }
  void number(std::uint32_t value) {
    ldns_rr_push_rdf(record_.get(), ldns_native2rdf_int32(LDNS_RDF_TYPE_INT32, value));
  }
  void preference(unsigned value) {
    ldns_rr_push_rdf(record_.get(),
                     ldns_native2rdf_int16(LDNS_RDF_TYPE_INT16, static_cast<std::uint16_t>(value)));
  }
  void character_strings(std::string_view text) {
    constexpr std::size_t longest = 255;
    do {
      const std::string_view part = text.substr(0, longest);
      octets(LDNS_RDF_TYPE_STR, static_cast<char>(part.size()) + std::string(part));
      text.remove_prefix(part.size());
    } while (!text.empty());
  }

  ldns_rr* release() { return record_.release(); }

 private:
  LdnsPtr<ldns_rr> record_;
};

ldns_rr* build_record(const dns::Name& owner, dns::Type type, const std::string& data,
                      std::uint32_t ttl) {
  RecordBuilder record(owner, static_cast<ldns_rr_type>(type), ttl);
  switch (type) {
    case dns::Type::a:
      record.octets(LDNS_RDF_TYPE_A, data);
      break;
    case dns::Type::aaaa:
      record.octets(LDNS_RDF_TYPE_AAAA, data);
      break;
    case dns::Type::txt:
      record.character_strings(data);
      break;
    case dns::Type::mx:
      record.preference(static_cast<unsigned>(std::stoul(data)));
      record.name(std::string_view(data).substr(data.find(' ') + 1));
      break;
    case dns::Type::cname:
    case dns::Type::ptr:
      record.name(data);
      break;
  }
  return record.release();
}

ldns_rr* build_soa(const dns::Name& below, std::uint32_t ttl) {
  RecordBuilder record(below.rightmost(1), LDNS_RR_TYPE_SOA, ttl);
  record.name("ns.invalid");
  record.name("hostmaster.invalid");
  for (const std::uint32_t timer : {1U, 3600U, 600U, 86400U, ttl})
    record.number(timer);
  return record.release();
}

LdnsPtr<ldns_pkt> start_reply(const DnsQuestion& query) {
  LdnsPtr<ldns_pkt> packet(ldns_pkt_query_new(resolver::to_ldns(query.question.name).release(),
                                              static_cast<ldns_rr_type>(query.question.type),
                                              LDNS_RR_CLASS_IN, LDNS_RD));
  ldns_pkt_set_id(packet.get(), query.id);
  ldns_pkt_set_qr(packet.get(), true);
  ldns_pkt_set_ra(packet.get(), true);
  return packet;
}

resolver::Octets encode(const ldns_pkt& packet) {
  std::uint8_t* wire = nullptr;
  std::size_t size = 0;
  if (ldns_pkt2wire(&wire, &packet, &size) != LDNS_STATUS_OK) return {};
  const std::unique_ptr<std::uint8_t, decltype(&std::free)> owned(wire, &std::free);
  return {wire, wire + size};
}

ldns_pkt_rcode code_of(const dns::Answer& answer) {
  if (answer.failure == dns::Failure::servfail) return LDNS_RCODE_SERVFAIL;
  if (answer.failure != dns::Failure::none) return LDNS_RCODE_REFUSED;
  return answer.outcome == dns::Outcome::no_such_name ? LDNS_RCODE_NXDOMAIN : LDNS_RCODE_NOERROR;
}

/// Adds the chain of CNAMEs that begins at the question's name; returns the name at its end. A
/// chain that is too long to be followed is given one link longer than that.
dns::Name push_aliases(ldns_pkt& packet, const dns::Zone& zone, const dns::Question& question,
                       const DnsFault& fault) {
  dns::Name name = question.name;
  if (question.type == dns::Type::cname) return name;
  const unsigned most = fault.first_alias_only ? 1 : dns::max_aliases + 1;
  for (unsigned i = 0; i < most; ++i) {
    const dns::Answer whole = zone.answer({name, question.type});
    const dns::Answer link = zone.answer({name, dns::Type::cname});
    const bool own_records = whole.outcome == dns::Outcome::records && !whole.alias;
    if (own_records || link.outcome != dns::Outcome::records) break;
    ldns_pkt_push_rr(&packet, LDNS_SECTION_ANSWER,
                     build_record(name, dns::Type::cname, link.records.front(), fault.ttl));
    auto target = dns::Name::from_octets(link.records.front());
    if (!target) break;
    name = *std::move(target);
  }
  return name;
}

}  // namespace

std::optional<DnsQuestion> DnsQuestion::decode(resolver::OctetView message) {
  ldns_pkt* decoded = nullptr;
  if (ldns_wire2pkt(&decoded, message.data(), message.size()) != LDNS_STATUS_OK) return {};
  const LdnsPtr<ldns_pkt> packet(decoded);
  if (ldns_pkt_qr(decoded) || ldns_pkt_qdcount(decoded) != 1) return {};
  const ldns_rr* asked = ldns_rr_list_rr(ldns_pkt_question(decoded), 0);
  auto name = dns::Name::from_octets(resolver::name_text(*ldns_rr_owner(asked)));
  if (!name) return {};
  DnsQuestion query{{*std::move(name), static_cast<dns::Type>(ldns_rr_get_type(asked))}};
  query.id = ldns_pkt_id(decoded);
  query.edns = ldns_pkt_edns(decoded);
  query.wants_ad = ldns_pkt_ad(decoded);
  if (query.edns)
    query.udp_payload = std::max<std::size_t>(query.udp_payload, ldns_pkt_edns_udp_size(decoded));
  return query;
}

std::optional<resolver::Octets> encode_answer(const DnsScript& script, const DnsQuestion& query,
                                              const DnsFault& fault) {
  const LdnsPtr<ldns_pkt> packet = start_reply(query);
  if (query.edns && fault.formerr_on_edns) {
    ldns_pkt_set_rcode(packet.get(), LDNS_RCODE_FORMERR);
    return encode(*packet);
  }
  if (query.edns) ldns_pkt_set_edns_udp_size(packet.get(), resolver::edns_payload);
  ldns_pkt_set_ad(packet.get(), fault.authentic && query.wants_ad);

  const dns::Name end = push_aliases(*packet, script.zone, query.question, fault);
  const bool cut = fault.first_alias_only && end != query.question.name;
  dns::Answer answer = script.zone.answer({end, query.question.type});
  if (fault.failure != dns::Failure::none) answer.failure = fault.failure;
  if (answer.failure == dns::Failure::timeout) return {};
  if (answer.failure == dns::Failure::alias || cut) return encode(*packet);

  ldns_pkt_set_rcode(packet.get(), code_of(answer));
  for (const std::string& data : answer.records)
    ldns_pkt_push_rr(packet.get(), LDNS_SECTION_ANSWER,
                     build_record(end, query.question.type, data, fault.ttl));
  if (answer.failure != dns::Failure::none) return encode(*packet);
  if (answer.records.empty() && !fault.no_soa)
    ldns_pkt_push_rr(packet.get(), LDNS_SECTION_AUTHORITY, build_soa(end, fault.ttl));
  return encode(*packet);
}

resolver::Octets encode_truncated(const DnsQuestion& query) {
  const LdnsPtr<ldns_pkt> packet = start_reply(query);
  ldns_pkt_set_tc(packet.get(), true);
  return encode(*packet);
}

resolver::Octets forge(Forgery forgery, const DnsQuestion& query, resolver::Octets answer) {
  switch (forgery) {
    case Forgery::wrong_id:
      answer[0] ^= 0x55;
      break;
    case Forgery::wrong_question:
      answer[header_size + 1] ^= 0x01;
      break;
    case Forgery::garbage:
      answer.assign(40, 0xa5);
      break;
    case Forgery::malformed:
      answer = encode(*start_reply(query));
      answer[7] = 1;  // one record in the answer section, which these octets are not
      answer.insert(answer.end(), 5, 0xff);
      break;
    case Forgery::spoofed_source:
    case Forgery::none:
      break;
  }
  return answer;
}

}  // namespace dmarc::test
