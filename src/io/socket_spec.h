// Where a filter listens: the Socket option and the -p flag, and what main.cf says of it.
//
//   inet:8893@127.0.0.1   inet:8893@[127.0.0.1]   inet:8893   TCP over IPv4; without @HOST on every
//                                                             interface
//   inet6:8893@::1        inet6:8893                          the same over IPv6
//   unix:/run/x.sock      local:/run/x.sock   /run/x.sock     a UNIX socket
//   fd:3                                                      a listening socket that was inherited
//
// The forms are those of libmilter, read strictly: its own reader takes "inet:99999" for port
// 34463, "inet:88xx" for 88 and "inet:127.0.0.1:8893" for port 127 of every interface.
//
// Threads: pure functions, but for service names, which are looked up in /etc/services.
#pragma once

#include <tl/expected.hpp>

#include <cstdint>
#include <string>
#include <string_view>

namespace dmarc::io {

struct SocketSpec {
  enum class Kind { unix_path, inet, inet6, descriptor };
  Kind kind = Kind::unix_path;
  std::string path;        ///< of a UNIX socket
  std::string host;        ///< name or address without brackets; empty for every interface
  std::uint16_t port = 0;  ///< never 0 for inet and inet6
  int descriptor = -1;
  bool any_family = false;  ///< inet of main.cf, which stands for IPv4 and IPv6
};

/// The error is one line: the text and what is wrong with it.
tl::expected<SocketSpec, std::string> parse_socket_spec(std::string_view text);

/// The same for a client, which may also write it as main.cf does, inet:HOST:PORT or
/// inet:[HOST]:PORT, and can't use a descriptor.
tl::expected<SocketSpec, std::string> parse_socket_to_connect(std::string_view text);

}  // namespace dmarc::io
