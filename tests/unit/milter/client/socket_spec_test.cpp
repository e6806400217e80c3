#include "milter/client/socket_spec.h"

#include <gtest/gtest.h>

namespace dmarc::milter::client {
namespace {

using Kind = io::SocketSpec::Kind;

std::string host_and_port(std::string_view text) {
  const auto spec = SocketSpec::parse(text);
  return spec ? spec->place.host + " " + std::to_string(spec->place.port) : spec.error();
}

TEST(SocketSpec, the_forms_of_main_cf_are_read) {
  EXPECT_EQ(host_and_port("inet:127.0.0.1:8893"), "127.0.0.1 8893");
  EXPECT_EQ(host_and_port("inet:[::1]:8893"), "::1 8893");
  EXPECT_EQ(host_and_port("inet:localhost:8893"), "localhost 8893");
  EXPECT_EQ(SocketSpec::parse("unix:/run/f.sock")->place.path, "/run/f.sock");
}

TEST(SocketSpec, the_forms_of_opendmarc_conf_are_read) {
  EXPECT_EQ(host_and_port("inet:8893@127.0.0.1"), "127.0.0.1 8893");
  EXPECT_EQ(host_and_port("inet6:8893@[::1]"), "::1 8893");
  EXPECT_EQ(SocketSpec::parse("local:/run/f.sock")->place.path, "/run/f.sock");
  EXPECT_EQ(SocketSpec::parse("/run/f.sock")->place.path, "/run/f.sock");
}

TEST(SocketSpec, a_name_in_main_cf_may_have_addresses_of_both_families) {
  EXPECT_TRUE(SocketSpec::parse("inet:localhost:8893")->any_family);
  EXPECT_FALSE(SocketSpec::parse("inet:8893@localhost")->any_family);
  EXPECT_EQ(SocketSpec::parse("inet:[::1]:8893")->place.kind, Kind::inet6);
}

TEST(SocketSpec, the_kind_is_read_without_regard_to_case) {
  EXPECT_EQ(SocketSpec::parse("INET:8893")->place.kind, Kind::inet);
  EXPECT_EQ(SocketSpec::parse("INET:127.0.0.1:8893")->place.kind, Kind::inet);
  EXPECT_EQ(SocketSpec::parse("Local:/x")->place.kind, Kind::unix_path);
}

TEST(SocketSpec, what_can_t_be_a_socket_is_refused_with_a_reason) {
  EXPECT_EQ(host_and_port("inet:99999@127.0.0.1"), "inet:99999@127.0.0.1: port must be 1 to 65535");
  EXPECT_EQ(host_and_port("inet:127.0.0.1:99999"), "inet:99999@127.0.0.1: port must be 1 to 65535");
  EXPECT_EQ(host_and_port("inet::8893"), "inet:8893@: a host is missing after \"@\"");
  EXPECT_EQ(host_and_port("fd:3"), "fd:3: a descriptor is nothing to connect to");
  EXPECT_FALSE(SocketSpec::parse("tcp:1"));
  EXPECT_FALSE(SocketSpec::parse("unix:/" + std::string(200, 'a')));
}

TEST(SocketSpec, a_socket_that_is_not_there_is_an_error_with_the_system_s_reason) {
  const auto spec = SocketSpec::parse("/nonexistent/filter.sock");
  const auto socket = connect_to(*spec, std::chrono::seconds(1));
  ASSERT_FALSE(socket);
  EXPECT_EQ(socket.error(), "No such file or directory");
}

}  // namespace
}  // namespace dmarc::milter::client
