// Owning pointers for ldns objects, and domain names on their way in and out of ldns.
//
// Threads: ldns keeps no state of its own; an object belongs to one thread at a time.
#pragma once

// ldns makes macros of bool, true and false unless <stdbool.h> was there before.
// clang-format off
#include <stdbool.h>
#include <ldns/ldns.h>
// clang-format on

#include <memory>
#include <string>

#include <dmarc/domain_name.h>

namespace dmarc::resolver {

struct LdnsFree {
  void operator()(ldns_pkt* packet) const { ldns_pkt_free(packet); }
  void operator()(ldns_rr* record) const { ldns_rr_free(record); }
  void operator()(ldns_rdf* data) const { ldns_rdf_deep_free(data); }
};

template <typename Object>
using LdnsPtr = std::unique_ptr<Object, LdnsFree>;

/// The name as an ldns domain name.
LdnsPtr<ldns_rdf> to_ldns(const dns::Name& name);

/// The text of an ldns domain name in the form of Answer::records: ASCII in lower case, no trailing
/// dot, other octets as they are; "." for the root. A dot inside a label is shown as \046, so that
/// it cannot be taken for the end of the label.
std::string name_text(const ldns_rdf& name);

}  // namespace dmarc::resolver
