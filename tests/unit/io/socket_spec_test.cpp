#include "io/socket_spec.h"

#include <gtest/gtest.h>

#include <string>

namespace dmarc::io {
namespace {

using Kind = SocketSpec::Kind;

SocketSpec parsed(std::string_view text) {
  const auto spec = parse_socket_spec(text);
  EXPECT_TRUE(spec) << text << ": " << (spec ? "" : spec.error());
  return spec.value_or(SocketSpec{});
}

std::string error_of(std::string_view text) {
  const auto spec = parse_socket_spec(text);
  EXPECT_FALSE(spec) << text;
  return spec ? "" : spec.error();
}

struct InetCase {
  std::string_view text;
  Kind kind;
  int port;
  std::string_view host;
};

class InetSpec : public testing::TestWithParam<InetCase> {};

TEST_P(InetSpec, gives_port_and_host) {
  const SocketSpec spec = parsed(GetParam().text);
  EXPECT_EQ(spec.kind, GetParam().kind);
  EXPECT_EQ(spec.port, GetParam().port);
  EXPECT_EQ(spec.host, GetParam().host);
}

INSTANTIATE_TEST_SUITE_P(
    forms, InetSpec,
    testing::Values(InetCase{"inet:8893@127.0.0.1", Kind::inet, 8893, "127.0.0.1"},
                    InetCase{"inet:8893@[127.0.0.1]", Kind::inet, 8893, "127.0.0.1"},
                    InetCase{"inet:8893@localhost", Kind::inet, 8893, "localhost"},
                    InetCase{"INET:8893", Kind::inet, 8893, ""},
                    InetCase{"inet:smtp@localhost", Kind::inet, 25, "localhost"},
                    InetCase{"inet6:8893", Kind::inet6, 8893, ""},
                    InetCase{"inet6:8893@::1", Kind::inet6, 8893, "::1"},
                    InetCase{"inet6:8893@[::1]", Kind::inet6, 8893, "::1"},
                    InetCase{"inet:1", Kind::inet, 1, ""},
                    InetCase{"inet:65535", Kind::inet, 65535, ""}));

TEST(SocketSpec, paths_are_unix_sockets_with_and_without_prefix) {
  for (const std::string prefix : {"unix:", "local:", "Local:", ":", ""}) {
    const SocketSpec spec = parsed(prefix + "/run/opendmarc/opendmarc.sock");
    EXPECT_EQ(spec.kind, Kind::unix_path) << prefix;
    EXPECT_EQ(spec.path, "/run/opendmarc/opendmarc.sock") << prefix;
  }
  EXPECT_EQ(parsed("opendmarc.sock").path, "opendmarc.sock");
  EXPECT_EQ(parsed("/run/with:colon").path, "/run/with:colon");
}

TEST(SocketSpec, a_descriptor_is_a_number) {
  EXPECT_EQ(parsed("fd:3").kind, Kind::descriptor);
  EXPECT_EQ(parsed("fd:3").descriptor, 3);
  EXPECT_EQ(error_of("fd:-1"), "fd:-1: a descriptor number is needed");
  EXPECT_EQ(error_of("fd:"), "fd:: a descriptor number is needed");
  EXPECT_EQ(error_of("fd:99999999999"), "fd:99999999999: a descriptor number is needed");
}

TEST(SocketSpec, a_port_outside_its_range_is_not_wrapped) {
  EXPECT_EQ(error_of("inet:99999@127.0.0.1"), "inet:99999@127.0.0.1: port must be 1 to 65535");
  EXPECT_EQ(error_of("inet:0"), "inet:0: port must be 1 to 65535");
  EXPECT_EQ(error_of("inet:99999999999999999999"),
            "inet:99999999999999999999: port must be 1 to 65535");
}

TEST(SocketSpec, digits_with_a_tail_are_no_port) {
  EXPECT_EQ(error_of("inet:88xx@127.0.0.1"),
            "inet:88xx@127.0.0.1: the port is not a number: the form is inet:PORT@HOST");
}

TEST(SocketSpec, host_and_port_in_the_wrong_order_are_refused) {
  EXPECT_EQ(error_of("inet:127.0.0.1:8893"),
            "inet:127.0.0.1:8893: the port is not a number: the form is inet:PORT@HOST");
}

TEST(SocketSpec, a_forgotten_prefix_makes_no_file) {
  EXPECT_EQ(error_of("8893@127.0.0.1"),
            "8893@127.0.0.1: \"inet:\" is missing in front of the port");
  EXPECT_EQ(error_of("8893"), "8893: \"inet:\" is missing in front of the port");
}

TEST(SocketSpec, an_address_has_to_fit_its_family) {
  EXPECT_EQ(error_of("inet:8893@::1"), "inet:8893@::1: an IPv6 address needs inet6:");
  EXPECT_EQ(error_of("inet6:8893@127.0.0.1"), "inet6:8893@127.0.0.1: an IPv4 address needs inet:");
}

TEST(SocketSpec, brackets_hold_addresses) {
  EXPECT_EQ(error_of("inet:8893@[localhost]"),
            "inet:8893@[localhost]: the text in brackets is not an address");
  EXPECT_EQ(error_of("inet:8893@[127.0.0.1"), "inet:8893@[127.0.0.1: \"]\" is missing");
}

TEST(SocketSpec, nothing_where_something_has_to_stand_is_an_error) {
  EXPECT_EQ(error_of(""), "the socket is empty");
  EXPECT_EQ(error_of("unix:"), "unix:: a path is missing");
  EXPECT_EQ(error_of("inet:"), "inet:: a port is missing: the form is inet:PORT@HOST");
  EXPECT_EQ(error_of("inet:@localhost"),
            "inet:@localhost: a port is missing: the form is inet:PORT@HOST");
  EXPECT_EQ(error_of("inet:8893@"), "inet:8893@: a host is missing after \"@\"");
}

TEST(SocketSpec, unknown_types_and_services_are_named) {
  EXPECT_EQ(error_of("tcp:8893"),
            "tcp:8893: unknown socket type; known are inet, inet6, unix, local and fd");
  EXPECT_EQ(error_of("inet:no-such-service"),
            "inet:no-such-service: there is no TCP service of that name");
}

TEST(SocketSpec, a_path_that_does_not_fit_is_refused_not_cut) {
  const std::string longest(107, 'a');
  EXPECT_EQ(parsed("unix:" + longest).path, longest);
  EXPECT_EQ(
      error_of("unix:" + longest + "a"),
      "unix:" + longest + "a: the path of a UNIX socket may have 107 octets, this one has 108");
}

std::string host_and_port(std::string_view text) {
  const auto spec = parse_socket_to_connect(text);
  return spec ? spec->host + " " + std::to_string(spec->port) : spec.error();
}

TEST(SocketToConnect, the_forms_of_main_cf_are_read) {
  EXPECT_EQ(host_and_port("inet:127.0.0.1:8893"), "127.0.0.1 8893");
  EXPECT_EQ(host_and_port("inet:[::1]:8893"), "::1 8893");
  EXPECT_EQ(host_and_port("inet:localhost:8893"), "localhost 8893");
  EXPECT_EQ(parse_socket_to_connect("unix:/run/f.sock")->path, "/run/f.sock");
}

TEST(SocketToConnect, the_forms_of_opendmarc_conf_are_read) {
  EXPECT_EQ(host_and_port("inet:8893@127.0.0.1"), "127.0.0.1 8893");
  EXPECT_EQ(host_and_port("inet6:8893@[::1]"), "::1 8893");
  EXPECT_EQ(parse_socket_to_connect("local:/run/f.sock")->path, "/run/f.sock");
  EXPECT_EQ(parse_socket_to_connect("/run/f.sock")->path, "/run/f.sock");
}

TEST(SocketToConnect, a_name_in_main_cf_may_have_addresses_of_both_families) {
  EXPECT_TRUE(parse_socket_to_connect("inet:localhost:8893")->any_family);
  EXPECT_FALSE(parse_socket_to_connect("inet:8893@localhost")->any_family);
  EXPECT_EQ(parse_socket_to_connect("inet:[::1]:8893")->kind, Kind::inet6);
}

TEST(SocketToConnect, the_kind_is_read_without_regard_to_case) {
  EXPECT_EQ(parse_socket_to_connect("INET:8893")->kind, Kind::inet);
  EXPECT_EQ(parse_socket_to_connect("INET:127.0.0.1:8893")->kind, Kind::inet);
  EXPECT_EQ(parse_socket_to_connect("Local:/x")->kind, Kind::unix_path);
}

TEST(SocketToConnect, what_can_t_be_a_socket_is_refused_with_a_reason) {
  EXPECT_EQ(host_and_port("inet:99999@127.0.0.1"), "inet:99999@127.0.0.1: port must be 1 to 65535");
  EXPECT_EQ(host_and_port("inet:127.0.0.1:99999"), "inet:99999@127.0.0.1: port must be 1 to 65535");
  EXPECT_EQ(host_and_port("inet::8893"), "inet:8893@: a host is missing after \"@\"");
  EXPECT_EQ(host_and_port("fd:3"), "fd:3: a descriptor is nothing to connect to");
  EXPECT_FALSE(parse_socket_to_connect("tcp:1"));
  EXPECT_FALSE(parse_socket_to_connect("unix:/" + std::string(200, 'a')));
}

}  // namespace
}  // namespace dmarc::io
