#include "resolver/query_message.h"

#include <algorithm>
#include <cstdlib>
#include <new>

#include "base/ascii.h"
#include "resolver/ldns_types.h"

namespace dmarc::resolver {
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

}  // namespace dmarc::resolver
