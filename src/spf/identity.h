// Whom a check is about: the values that the macros of a record stand for (RFC 7208 section 7.2
// "Macro Definitions").
#pragma once

#include <string>

#include <dmarc/domain_name.h>

#include "base/ip_address.h"

namespace dmarc::spf {

struct Identity {
  base::IpAddress client;  ///< IPv4 when it came as an IPv4-mapped IPv6 address
  std::string local_part;  ///< "postmaster" when the sender has none; may hold UTF-8
  dns::Name domain;
  std::string helo;  ///< as given, U-labels converted where that is possible
};

}  // namespace dmarc::spf
