// What the MTA's packets say, read strictly: nothing for data that is cut off or makes no sense. No
// function fails on any octets. The views are into the data.
//
// Threads: pure functions.
#pragma once

#include <optional>
#include <string_view>

#include "base/ip_address.h"

namespace dmarc::milter {

/// Of CONNECT.
struct ClientData {
  std::string_view host;
  std::optional<base::IpAddress> address;  ///< nothing for a UNIX socket or an unknown client
};

/// Of HEADER.
struct FieldData {
  std::string_view name;
  std::string_view value;
};

std::optional<ClientData> read_client(std::string_view data);
std::optional<FieldData> read_field(std::string_view data);

/// The first text: of HELO the name, of MAIL and RCPT the path.
std::optional<std::string_view> read_first_text(std::string_view data);

}  // namespace dmarc::milter
