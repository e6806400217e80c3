#include "resolver/system_config.h"

#include <gtest/gtest.h>

namespace dmarc::resolver {
namespace {

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

}  // namespace
}  // namespace dmarc::resolver
