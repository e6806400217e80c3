#include "resolver/servers.h"

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

std::string servers(std::string_view text) {
  std::string all;
  for (const ServerAddress& server : parse_resolv_conf(text).servers)
    all += (all.empty() ? "" : " ") + server.text();
  return all;
}

TEST(SystemConfig, reads_name_servers_in_order) {
  EXPECT_EQ(servers("# made by hand\n"
                    "search example.org\n"
                    "nameserver 192.0.2.1\n"
                    "nameserver\t2001:db8::1  \r\n"
                    "; old\n"
                    "nameserver fe80::1%lo\n"),
            "192.0.2.1 2001:db8::1 fe80::1%lo");
}

TEST(SystemConfig, uses_the_local_host_when_no_server_is_named) {
  EXPECT_EQ(servers(""), "127.0.0.1");
  EXPECT_EQ(servers("search example.org\nnameserver ns.example.org\n"), "127.0.0.1");
  EXPECT_EQ(read_resolv_conf("/nonexistent/resolv.conf").servers.front().text(), "127.0.0.1");
}

TEST(SystemConfig, ignores_lines_that_are_not_understood) {
  EXPECT_EQ(servers(" nameserver 192.0.2.1\nnameserver\nnameservers 192.0.2.2\n"
                    "#nameserver 192.0.2.3\nnameserver 192.0.2.4 trailing words\n"),
            "192.0.2.4");
}

TEST(SystemConfig, finds_trust_ad_among_the_options) {
  EXPECT_TRUE(parse_resolv_conf("options edns0 trust-ad ndots:1\n").trust_ad);
  EXPECT_FALSE(parse_resolv_conf("options edns0\noptions no-trust-ad\n").trust_ad);
  EXPECT_FALSE(parse_resolv_conf("").trust_ad);
}

using Order = std::vector<std::size_t>;
const ServerPool::Time start{std::chrono::seconds(1000)};

TEST(ServerPool, keeps_the_configured_order) {
  ServerPool pool(3);
  EXPECT_EQ(pool.order(start), (Order{0, 1, 2}));
}

TEST(ServerPool, puts_a_server_last_that_cannot_be_reached) {
  ServerPool pool(3);
  pool.unreachable(0, start);
  EXPECT_EQ(pool.order(start), (Order{1, 2, 0}));
}

TEST(ServerPool, puts_a_server_last_that_is_silent_several_times_in_a_row) {
  ServerPool pool(2);
  for (unsigned i = 1; i < ServerPool::silences_allowed; ++i)
    pool.silent(0, start);
  EXPECT_EQ(pool.order(start), (Order{0, 1}));
  pool.answered(0);
  pool.silent(0, start);
  EXPECT_EQ(pool.order(start), (Order{0, 1})) << "an answer in between";
  for (unsigned i = 1; i < ServerPool::silences_allowed; ++i)
    pool.silent(0, start);
  EXPECT_EQ(pool.order(start), (Order{1, 0}));
}

TEST(ServerPool, one_question_tries_again_after_the_pause) {
  ServerPool pool(2);
  pool.unreachable(0, start);
  const auto later = start + ServerPool::pause;
  EXPECT_EQ(pool.order(later), (Order{0, 1})) << "the one that tries";
  EXPECT_EQ(pool.order(later), (Order{1, 0})) << "the others";
  pool.answered(0);
  EXPECT_EQ(pool.order(later), (Order{0, 1}));
}

TEST(ServerPool, all_servers_in_trouble_are_still_asked) {
  ServerPool pool(2);
  pool.unreachable(0, start);
  pool.unreachable(1, start);
  EXPECT_EQ(pool.order(start), (Order{0, 1}));
}

}  // namespace
}  // namespace dmarc::resolver
