// Where a filter listens, as main.cf or opendmarc.conf writes it.
//
//   inet:HOST:PORT  inet:[HOST]:PORT     main.cf
//   unix:PATH                            main.cf
//   inet:PORT@HOST  inet6:PORT@HOST      opendmarc.conf; without @HOST: this machine
//   local:PATH  unix:PATH  /PATH         opendmarc.conf, see io/socket_spec.h
//
//   auto spec = SocketSpec::parse("inet:127.0.0.1:8893");
//   auto socket = connect_to(*spec, std::chrono::seconds(10));
//
// Threads: values and functions without state. A HOST that is a name is looked up with the system's
// resolver, which does not keep to the timeout.
#pragma once

#include <tl/expected.hpp>

#include <chrono>
#include <string>
#include <string_view>

#include "base/unique_fd.h"
#include "io/socket_spec.h"

namespace dmarc::milter::client {

struct SocketSpec {
  io::SocketSpec place;     ///< no descriptor; an empty host is this machine
  bool any_family = false;  ///< main.cf knows "inet:" alone, for IPv4 and IPv6

  /// The error is one line: the text and what is wrong with it.
  static tl::expected<SocketSpec, std::string> parse(std::string_view text);
};

/// A connected stream socket, non-blocking. The error is one clause.
tl::expected<base::UniqueFd, std::string> connect_to(const SocketSpec& spec,
                                                     std::chrono::milliseconds timeout);

}  // namespace dmarc::milter::client
