#include "tools/socket_spec.h"

#include <gtest/gtest.h>

namespace dmarc::tools {
namespace {

using Family = SocketSpec::Family;

std::string host_and_port(std::string_view text) {
  const auto spec = SocketSpec::parse(text);
  return spec ? spec->host + " " + spec->port : "error: " + spec.error();
}

TEST(SocketSpec, the_forms_of_main_cf_are_read) {
  EXPECT_EQ(host_and_port("inet:127.0.0.1:8893"), "127.0.0.1 8893");
  EXPECT_EQ(host_and_port("inet:[::1]:8893"), "::1 8893");
  EXPECT_EQ(host_and_port("inet:localhost:8893"), "localhost 8893");
  EXPECT_EQ(SocketSpec::parse("unix:/run/f.sock")->path, "/run/f.sock");
}

TEST(SocketSpec, the_forms_of_opendmarc_conf_are_read) {
  EXPECT_EQ(host_and_port("inet:8893@127.0.0.1"), "127.0.0.1 8893");
  EXPECT_EQ(host_and_port("inet6:8893@[::1]"), "::1 8893");
  EXPECT_EQ(SocketSpec::parse("local:/run/f.sock")->path, "/run/f.sock");
  EXPECT_EQ(SocketSpec::parse("/run/f.sock")->path, "/run/f.sock");
}

TEST(SocketSpec, without_a_host_this_machine_is_meant) {
  EXPECT_EQ(host_and_port("inet:8893"), "127.0.0.1 8893");
  EXPECT_EQ(host_and_port("inet6:8893"), "::1 8893");
}

TEST(SocketSpec, the_kind_is_read_without_regard_to_case) {
  EXPECT_EQ(SocketSpec::parse("INET:8893")->family, Family::ipv4);
  EXPECT_EQ(SocketSpec::parse("Local:/x")->family, Family::unix_path);
}

TEST(SocketSpec, what_can_t_be_a_socket_is_refused_with_a_reason) {
  EXPECT_EQ(host_and_port("inet:99999@127.0.0.1"), "error: \"99999\" is no port (1 to 65535)");
  EXPECT_EQ(host_and_port("inet:0"), "error: \"0\" is no port (1 to 65535)");
  EXPECT_EQ(host_and_port("inet:milter@host"), "error: \"milter\" is no port (1 to 65535)");
  EXPECT_EQ(host_and_port("inet:8893@"), "error: the host is missing after \"@\"");
  EXPECT_EQ(host_and_port("inet::8893"), "error: the host is missing before \":\"");
  EXPECT_EQ(host_and_port("unix:"), "error: the path is missing");
  EXPECT_EQ(host_and_port("tcp:1"), "error: \"tcp\" is no socket type (unix, local, inet, inet6)");
  EXPECT_FALSE(SocketSpec::parse("unix:/" + std::string(200, 'a')));
}

TEST(SocketSpec, a_socket_that_is_not_there_is_an_error_with_the_system_s_reason) {
  const auto spec = SocketSpec::parse("/nonexistent/filter.sock");
  const auto socket = connect_to(*spec, std::chrono::seconds(1));
  ASSERT_FALSE(socket);
  EXPECT_EQ(socket.error(), "No such file or directory");
}

}  // namespace
}  // namespace dmarc::tools
