#include "resolver/reply_message.h"

#include <algorithm>
#include <string>

#include "resolver/ldns_types.h"

namespace dmarc::resolver {
namespace {

Reply failed_reply(dns::Failure failure, Reply::Kind kind = Reply::Kind::failure) {
  Reply reply;
  reply.kind = kind;
  reply.answer = dns::Answer::failed(failure);
  return reply;
}

/// RFC 2181 section 8 "Time to Live (TTL)": a value with the highest bit set counts as 0.
std::uint32_t plausible(std::uint32_t ttl) {
  return ttl >> 31 ? 0 : ttl;
}

std::string_view octets_of(const ldns_rdf& data) {
  return {reinterpret_cast<const char*>(ldns_rdf_data(&data)), ldns_rdf_size(&data)};
}

/// The data of one record in the form of Answer::records; nothing when fields are missing.
std::optional<std::string> data_of(const ldns_rr& record) {
  const std::size_t fields = ldns_rr_rd_count(&record);
  const auto field = [&](std::size_t i) -> const ldns_rdf& { return *ldns_rr_rdf(&record, i); };
  if (fields == 0) return {};
  switch (ldns_rr_get_type(&record)) {
    case LDNS_RR_TYPE_TXT: {
      std::string joined;
      for (std::size_t i = 0; i < fields; ++i)
        joined += octets_of(field(i)).substr(1);  // the first octet is the length
      return joined;
    }
    case LDNS_RR_TYPE_MX:
      if (fields < 2) return {};
      return std::to_string(ldns_rdf2native_int16(&field(0))) + ' ' + name_text(field(1));
    case LDNS_RR_TYPE_CNAME:
    case LDNS_RR_TYPE_PTR:
      return name_text(field(0));
    default:
      return std::string(octets_of(field(0)));
  }
}

/// Follows the chain of CNAMEs through the answer section of one message.
class Chain {
 public:
  Chain(const ldns_pkt& packet, const dns::Question& question)
      : packet_(packet),
        type_(static_cast<ldns_rr_type>(question.type)),
        asked_(to_ldns(question.name)),
        owner_(asked_.get()) {}

  Reply follow() {
    for (; reply_.aliases <= dns::max_aliases; ++reply_.aliases) {
      if (collect_records()) return conclude(dns::Outcome::records);
      const ldns_rdf* target = find_alias();
      if (!target) return reply_.aliases == 0 ? nothing_found() : end_of_chain();
      owner_ = target;
    }
    return failed_reply(dns::Failure::alias);
  }

 private:
  template <typename Visit>
  static void for_each(const ldns_rr_list* records, Visit visit) {
    for (std::size_t i = 0; i < ldns_rr_list_rr_count(records); ++i)
      visit(*ldns_rr_list_rr(records, i));
  }

  bool stands_at_owner(const ldns_rr& record, ldns_rr_type type) const {
    return ldns_rr_get_type(&record) == type && ldns_rr_get_class(&record) == LDNS_RR_CLASS_IN &&
           ldns_dname_compare(ldns_rr_owner(&record), owner_) == 0;
  }

  void limit_ttl(std::uint32_t ttl) { ttl_ = std::min(ttl_, plausible(ttl)); }
  bool nxdomain() const { return ldns_pkt_get_rcode(&packet_) == LDNS_RCODE_NXDOMAIN; }

  bool collect_records();
  const ldns_rdf* find_alias();
  std::optional<std::uint32_t> negative_ttl() const;
  bool is_referral() const;
  Reply nothing_found();
  Reply end_of_chain();
  Reply conclude(dns::Outcome outcome);

  const ldns_pkt& packet_;
  const ldns_rr_type type_;
  const LdnsPtr<ldns_rdf> asked_;
  const ldns_rdf* owner_;  ///< the end of the chain so far
  std::uint32_t ttl_ = INT32_MAX;
  Reply reply_;
};

bool Chain::collect_records() {
  for_each(ldns_pkt_answer(&packet_), [&](const ldns_rr& record) {
    if (!stands_at_owner(record, type_) || reply_.answer.records.size() >= max_records) return;
    auto data = data_of(record);
    if (!data) return;
    limit_ttl(ldns_rr_ttl(&record));
    reply_.answer.records.push_back(*std::move(data));
  });
  return !reply_.answer.records.empty();
}

/// Where the CNAME at the end of the chain points to; null when there is none.
const ldns_rdf* Chain::find_alias() {
  const ldns_rdf* target = nullptr;
  for_each(ldns_pkt_answer(&packet_), [&](const ldns_rr& record) {
    if (target || !stands_at_owner(record, LDNS_RR_TYPE_CNAME)) return;
    limit_ttl(ldns_rr_ttl(&record));
    target = ldns_rr_rdf(&record, 0);
  });
  return target;
}

/// RFC 2308 section 5 "Caching Negative Answers": the lesser of the SOA record's own time to live
/// and its MINIMUM field. Only the SOA of a zone that holds the end of the chain says that there is
/// nothing.
std::optional<std::uint32_t> Chain::negative_ttl() const {
  constexpr std::size_t minimum_field = 6;
  std::optional<std::uint32_t> ttl;
  for_each(ldns_pkt_authority(&packet_), [&](const ldns_rr& record) {
    if (ldns_rr_get_type(&record) != LDNS_RR_TYPE_SOA || ldns_rr_rd_count(&record) <= minimum_field)
      return;
    const ldns_rdf* zone = ldns_rr_owner(&record);
    if (ldns_dname_compare(owner_, zone) != 0 && !ldns_dname_is_subdomain(owner_, zone)) return;
    ttl = std::min(plausible(ldns_rr_ttl(&record)),
                   plausible(ldns_rdf2native_int32(ldns_rr_rdf(&record, minimum_field))));
  });
  return ttl;
}

/// True when a server that does not recurse names others instead of answering.
bool Chain::is_referral() const {
  if (ldns_pkt_ra(&packet_) || ldns_pkt_aa(&packet_)) return false;
  bool names_servers = false;
  for_each(ldns_pkt_authority(&packet_), [&](const ldns_rr& record) {
    names_servers = names_servers || ldns_rr_get_type(&record) == LDNS_RR_TYPE_NS;
  });
  return names_servers;
}

Reply Chain::nothing_found() {
  if (nxdomain()) return conclude(dns::Outcome::no_such_name);
  return is_referral() ? failed_reply(dns::Failure::refused) : conclude(dns::Outcome::no_data);
}

Reply Chain::end_of_chain() {
  // RFC 8020 section 2 "Rules": NXDOMAIN belongs to the end of a chain, not to its beginning.
  if (nxdomain() || negative_ttl()) return conclude(dns::Outcome::no_data);
  const std::string text = name_text(*owner_);
  if (text == ".") return conclude(dns::Outcome::no_data);
  auto target = dns::Name::from_octets(text);
  if (!target) return failed_reply(dns::Failure::malformed);
  reply_.kind = Reply::Kind::alias;
  reply_.target = *std::move(target);
  reply_.answer.alias = true;
  reply_.answer.authenticated = ldns_pkt_ad(&packet_);
  reply_.answer.ttl = ttl_;
  return std::move(reply_);
}

Reply Chain::conclude(dns::Outcome outcome) {
  reply_.kind = Reply::Kind::conclusion;
  dns::Answer& answer = reply_.answer;
  answer.outcome = outcome;
  answer.alias =
      reply_.aliases > 0 || (outcome == dns::Outcome::records && type_ == LDNS_RR_TYPE_CNAME);
  answer.authenticated = ldns_pkt_ad(&packet_);
  if (outcome != dns::Outcome::records)
    limit_ttl(negative_ttl().value_or(negative_ttl_without_soa));
  answer.ttl = ttl_;
  return std::move(reply_);
}

}  // namespace

Reply decode_reply(OctetView message, const dns::Question& question) {
  constexpr std::size_t flags = 2;
  constexpr unsigned truncated = 0x02;
  // What a truncated message holds is not looked at; it may end within a record.
  if (message.size() > flags && (message[flags] & truncated) != 0)
    return failed_reply(dns::Failure::malformed, Reply::Kind::truncated);

  ldns_pkt* decoded = nullptr;
  if (ldns_wire2pkt(&decoded, message.data(), message.size()) != LDNS_STATUS_OK)
    return failed_reply(dns::Failure::malformed);
  const LdnsPtr<ldns_pkt> packet(decoded);

  // An extended code such as BADVERS is about EDNS; its low bits alone would read as success.
  if (ldns_pkt_edns_extended_rcode(packet.get()) != 0)
    return failed_reply(dns::Failure::refused, Reply::Kind::no_edns);
  switch (ldns_pkt_get_rcode(packet.get())) {
    case LDNS_RCODE_NOERROR:
    case LDNS_RCODE_NXDOMAIN:
      return Chain(*packet, question).follow();
    case LDNS_RCODE_FORMERR:
    case LDNS_RCODE_NOTIMPL:
      return failed_reply(dns::Failure::refused, Reply::Kind::no_edns);
    case LDNS_RCODE_SERVFAIL:
      return failed_reply(dns::Failure::servfail);
    default:
      return failed_reply(dns::Failure::refused);
  }
}

}  // namespace dmarc::resolver
