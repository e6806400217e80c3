#include "resolver/server_address.h"

#include <gtest/gtest.h>

namespace dmarc::resolver {
namespace {

/// What parse() understood, as text; "error" for nothing.
std::string read(std::string_view text) {
  const auto server = ServerAddress::parse(text);
  return server ? server->text() : "error";
}

TEST(ServerAddress, reads_addresses_with_and_without_port) {
  EXPECT_EQ(ServerAddress::parse("192.0.2.1")->port, 53);
  EXPECT_EQ(read("192.0.2.1"), "192.0.2.1");
  EXPECT_EQ(read("2001:DB8::1"), "2001:db8::1");
  EXPECT_EQ(read("127.0.0.1:5353"), "127.0.0.1:5353");
  EXPECT_EQ(read("[::1]:5353"), "[::1]:5353");
  EXPECT_EQ(read("[::1]"), "::1");
  EXPECT_EQ(read("2001:db8::1:5353"), "2001:db8::1:5353")
      << "an address without brackets has no port";
}

TEST(ServerAddress, reads_the_scope_of_a_link_local_address) {
  EXPECT_EQ(ServerAddress::parse("fe80::1%lo")->scope, ServerAddress::parse("fe80::1%1")->scope);
  EXPECT_EQ(read("[fe80::1%1]:5353"), "[fe80::1%lo]:5353");
  EXPECT_EQ(read("fe80::1%4000000000"), "fe80::1%4000000000");
}

TEST(ServerAddress, refuses_everything_else) {
  for (const std::string_view text :
       {"", "localhost", "192.0.2", "192.0.2.1:", "192.0.2.1:0", "192.0.2.1:65536", "192.0.2.1:5x",
        "192.0.2.1#53", "[192.0.2.1]:53", "[::1", "[::1]53", "[::1]:", "[]", ":53", "192.0.2.1%lo",
        "fe80::1%", "fe80::1%no-such-interface-here", "fe80::1%0", " 192.0.2.1"})
    EXPECT_EQ(read(text), "error") << text;
}

}  // namespace
}  // namespace dmarc::resolver
