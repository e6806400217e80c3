#include "resolver/message.h"

#include <algorithm>
#include <cstdlib>
#include <new>
#include <string>

#include "base/ascii.h"
#include "resolver/ldns_types.h"

namespace dmarc::resolver {

// ---- queries

namespace {

constexpr std::size_t header_size = 12;
constexpr std::size_t type_and_class_size = 4;

std::uint16_t number_at(OctetView message, std::size_t offset) {
  return static_cast<std::uint16_t>(message[offset] << 8 | message[offset + 1]);
}

/// The only question of a query that encode_query() made.
OctetView question_of(OctetView query) {
  std::size_t end = header_size;
  while (query[end] != 0)
    end += 1U + query[end];
  return query.subspan(header_size, end + 1 + type_and_class_size - header_size);
}

bool same_question(OctetView a, OctetView b) {
  const auto same_letter = [](std::uint8_t x, std::uint8_t y) {
    return base::to_lower(static_cast<char>(x)) == base::to_lower(static_cast<char>(y));
  };
  const std::size_t name_size = a.size() - type_and_class_size;
  return std::ranges::equal(a.first(name_size), b.first(name_size), same_letter) &&
         std::ranges::equal(a.last(type_and_class_size), b.last(type_and_class_size));
}

}  // namespace

Octets encode_query(const dns::Question& question, QueryOptions options) {
  const LdnsPtr<ldns_pkt> packet(ldns_pkt_query_new(to_ldns(question.name).release(),
                                                    static_cast<ldns_rr_type>(question.type),
                                                    LDNS_RR_CLASS_IN, LDNS_RD));
  if (!packet) throw std::bad_alloc();
  ldns_pkt_set_id(packet.get(), options.id);
  ldns_pkt_set_ad(packet.get(), options.want_ad);
  if (options.edns) ldns_pkt_set_edns_udp_size(packet.get(), edns_payload);
  std::uint8_t* wire = nullptr;
  std::size_t size = 0;
  if (ldns_pkt2wire(&wire, packet.get(), &size) != LDNS_STATUS_OK) throw std::bad_alloc();
  const std::unique_ptr<std::uint8_t, decltype(&std::free)> owned(wire, &std::free);
  return {wire, wire + size};
}

bool is_reply_to(OctetView message, OctetView query) {
  if (message.size() < header_size || number_at(message, 0) != number_at(query, 0)) return false;
  constexpr unsigned response_and_opcode = 0xf8, response_to_query = 0x80, response_code = 0x0f;
  if ((message[2] & response_and_opcode) != response_to_query) return false;
  const unsigned questions = number_at(message, 4);
  if (questions == 0) {
    const unsigned code = message[3] & response_code;
    return code != LDNS_RCODE_NOERROR && code != LDNS_RCODE_NXDOMAIN;
  }
  const OctetView asked = question_of(query);
  return questions == 1 && message.size() >= header_size + asked.size() &&
         same_question(message.subspan(header_size, asked.size()), asked);
}

Octets framed(OctetView message) {
  Octets frame(frame_length_size + message.size());
  frame[0] = static_cast<std::uint8_t>(message.size() >> 8);
  frame[1] = static_cast<std::uint8_t>(message.size());
  std::ranges::copy(message, frame.begin() + frame_length_size);
  return frame;
}

// ---- replies

namespace {

DecodedReply failed_reply(dns::Failure failure,
                          DecodedReply::Kind kind = DecodedReply::Kind::failure) {
  DecodedReply reply;
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

  DecodedReply follow() {
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
  DecodedReply nothing_found();
  DecodedReply end_of_chain();
  DecodedReply conclude(dns::Outcome outcome);

  const ldns_pkt& packet_;
  const ldns_rr_type type_;
  const LdnsPtr<ldns_rdf> asked_;
  const ldns_rdf* owner_;  ///< the end of the chain so far
  std::uint32_t ttl_ = INT32_MAX;
  DecodedReply reply_;
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

DecodedReply Chain::nothing_found() {
  if (nxdomain()) return conclude(dns::Outcome::no_such_name);
  return is_referral() ? failed_reply(dns::Failure::refused) : conclude(dns::Outcome::no_data);
}

DecodedReply Chain::end_of_chain() {
  // RFC 8020 section 2 "Rules": NXDOMAIN belongs to the end of a chain, not to its beginning.
  if (nxdomain() || negative_ttl()) return conclude(dns::Outcome::no_data);
  const std::string text = name_text(*owner_);
  if (text == ".") return conclude(dns::Outcome::no_data);
  auto target = dns::Name::from_octets(text);
  if (!target) return failed_reply(dns::Failure::malformed);
  reply_.kind = DecodedReply::Kind::alias;
  reply_.target = *std::move(target);
  reply_.answer.alias = true;
  reply_.answer.authenticated = ldns_pkt_ad(&packet_);
  reply_.answer.ttl = ttl_;
  return std::move(reply_);
}

DecodedReply Chain::conclude(dns::Outcome outcome) {
  reply_.kind = DecodedReply::Kind::conclusion;
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

DecodedReply decode_reply(OctetView message, const dns::Question& question) {
  constexpr std::size_t flags = 2;
  constexpr unsigned truncated = 0x02;
  // What a truncated message holds is not looked at; it may end within a record.
  if (message.size() > flags && (message[flags] & truncated) != 0)
    return failed_reply(dns::Failure::malformed, DecodedReply::Kind::truncated);

  ldns_pkt* decoded = nullptr;
  if (ldns_wire2pkt(&decoded, message.data(), message.size()) != LDNS_STATUS_OK)
    return failed_reply(dns::Failure::malformed);
  const LdnsPtr<ldns_pkt> packet(decoded);

  // An extended code such as BADVERS is about EDNS; its low bits alone would read as success.
  if (ldns_pkt_edns_extended_rcode(packet.get()) != 0)
    return failed_reply(dns::Failure::refused, DecodedReply::Kind::no_edns);
  switch (ldns_pkt_get_rcode(packet.get())) {
    case LDNS_RCODE_NOERROR:
    case LDNS_RCODE_NXDOMAIN:
      return Chain(*packet, question).follow();
    case LDNS_RCODE_FORMERR:
    case LDNS_RCODE_NOTIMPL:
      return failed_reply(dns::Failure::refused, DecodedReply::Kind::no_edns);
    case LDNS_RCODE_SERVFAIL:
      return failed_reply(dns::Failure::servfail);
    default:
      return failed_reply(dns::Failure::refused);
  }
}

}  // namespace dmarc::resolver
