#include "policy/host_list.h"

#include <gtest/gtest.h>

namespace dmarc::policy {
namespace {

HostList list(std::initializer_list<std::string_view> entries) {
  HostList result;
  for (const std::string_view entry : entries)
    EXPECT_TRUE(result.add(entry)) << entry;
  return result;
}

std::string problem(std::string_view entry) {
  HostList result;
  const auto added = result.add(entry);
  return added ? "" : added.error();
}

bool ignores_name(const HostList& hosts, std::string_view name) {
  return hosts.contains(name, std::nullopt);
}

bool ignores_address(const HostList& hosts, std::string_view address) {
  const auto parsed = base::IpAddress::parse(address);
  EXPECT_TRUE(parsed) << address;
  return hosts.contains("unknown", parsed);
}

TEST(HostList, a_name_stands_for_that_host_only) {
  const HostList hosts = list({"Mail.Example.org"});
  EXPECT_TRUE(ignores_name(hosts, "mail.example.org"));
  EXPECT_TRUE(ignores_name(hosts, "MAIL.example.ORG."));
  EXPECT_FALSE(ignores_name(hosts, "a.mail.example.org"));
  EXPECT_FALSE(ignores_name(hosts, "example.org"));
  EXPECT_FALSE(ignores_name(hosts, "notmail.example.org"));
}

TEST(HostList, a_leading_dot_stands_for_the_hosts_below) {
  const HostList hosts = list({".example.org"});
  EXPECT_TRUE(ignores_name(hosts, "mail.example.org"));
  EXPECT_TRUE(ignores_name(hosts, "a.b.c.example.org"));
  EXPECT_FALSE(ignores_name(hosts, "example.org"));
  EXPECT_FALSE(ignores_name(hosts, "badexample.org"));
}

TEST(HostList, the_most_specific_name_decides) {
  const HostList hosts = list({".example.org", "!.dmz.example.org", "ok.dmz.example.org"});
  EXPECT_TRUE(ignores_name(hosts, "mail.example.org"));
  EXPECT_FALSE(ignores_name(hosts, "mail.dmz.example.org"));
  EXPECT_TRUE(ignores_name(hosts, "ok.dmz.example.org"));
}

TEST(HostList, an_exception_wins_over_the_same_entry_in_either_order) {
  EXPECT_FALSE(ignores_name(list({"a.example", "!a.example"}), "a.example"));
  EXPECT_FALSE(ignores_name(list({"!a.example", "a.example"}), "a.example"));
  EXPECT_FALSE(ignores_address(list({"192.0.2.0/24", "!192.0.2.0/24"}), "192.0.2.1"));
  EXPECT_FALSE(ignores_address(list({"!192.0.2.0/24", "192.0.2.0/24"}), "192.0.2.1"));
}

TEST(HostList, networks_match_by_prefix_or_netmask) {
  EXPECT_TRUE(ignores_address(list({"192.0.2.1"}), "192.0.2.1"));
  EXPECT_FALSE(ignores_address(list({"192.0.2.1"}), "192.0.2.2"));
  EXPECT_TRUE(ignores_address(list({"192.0.2.0/24"}), "192.0.2.255"));
  EXPECT_FALSE(ignores_address(list({"192.0.2.0/24"}), "192.0.3.0"));
  EXPECT_TRUE(ignores_address(list({"192.0.2.0/255.255.255.0"}), "192.0.2.9"));
  EXPECT_FALSE(ignores_address(list({"192.0.2.0/255.255.255.0"}), "192.0.1.9"));
  EXPECT_TRUE(ignores_address(list({"192.0.2.0/23"}), "192.0.3.9"));
  EXPECT_TRUE(ignores_address(list({"0.0.0.0/0"}), "203.0.113.9"));
  EXPECT_TRUE(ignores_address(list({"2001:db8::/32"}), "2001:db8:1::1"));
  EXPECT_FALSE(ignores_address(list({"2001:db8::/32"}), "2001:db9::1"));
  EXPECT_FALSE(ignores_address(list({"::/0"}), "192.0.2.1"));
}

TEST(HostList, addresses_compare_as_values) {
  EXPECT_TRUE(ignores_address(list({"2001:0DB8:0:0::1"}), "2001:db8::1"));
  EXPECT_TRUE(ignores_address(list({"192.0.2.77/24"}), "192.0.2.1"));
  EXPECT_TRUE(ignores_address(list({"2001:db8::5/64"}), "2001:db8::1"));
}

TEST(HostList, mapped_addresses_are_ipv4_addresses) {
  EXPECT_TRUE(ignores_address(list({"192.0.2.1"}), "::ffff:192.0.2.1"));
  EXPECT_TRUE(ignores_address(list({"::ffff:192.0.2.1"}), "192.0.2.1"));
  EXPECT_TRUE(ignores_address(list({"::ffff:192.0.2.0/120"}), "192.0.2.200"));
  EXPECT_FALSE(ignores_address(list({"::ffff:192.0.2.0/120"}), "192.0.3.1"));
  EXPECT_FALSE(ignores_address(list({"::ffff:0:0/95"}), "192.0.2.1"));
}

TEST(HostList, the_longest_prefix_decides) {
  const HostList hosts = list({"10.0.0.0/8", "!10.1.0.0/16", "10.1.2.3"});
  EXPECT_TRUE(ignores_address(hosts, "10.9.9.9"));
  EXPECT_FALSE(ignores_address(hosts, "10.1.9.9"));
  EXPECT_TRUE(ignores_address(hosts, "10.1.2.3"));
}

TEST(HostList, name_and_address_may_each_say_ignore) {
  const HostList hosts = list({"!mail.example.org", "192.0.2.1", "good.example", "!192.0.2.9"});
  EXPECT_TRUE(hosts.contains("mail.example.org", base::IpAddress::parse("192.0.2.1")));
  EXPECT_TRUE(hosts.contains("good.example", base::IpAddress::parse("192.0.2.9")));
  EXPECT_FALSE(hosts.contains("mail.example.org", base::IpAddress::parse("192.0.2.9")));
}

TEST(HostList, an_address_in_brackets_is_an_address) {
  EXPECT_TRUE(ignores_name(list({"192.0.2.0/24"}), "[192.0.2.1]"));
  EXPECT_TRUE(ignores_name(list({"2001:db8::/32"}), "[IPv6:2001:db8::1]"));
  EXPECT_TRUE(ignores_address(list({"[192.0.2.1]"}), "192.0.2.1"));
}

TEST(HostList, an_empty_list_ignores_nobody) {
  const HostList hosts;
  EXPECT_FALSE(ignores_name(hosts, "localhost"));
  EXPECT_FALSE(ignores_name(hosts, ""));
  EXPECT_FALSE(ignores_name(hosts, "..."));
  EXPECT_FALSE(ignores_address(hosts, "127.0.0.1"));
}

TEST(HostList, what_is_no_host_or_network_is_refused_with_the_reason) {
  const std::string neither = "it is neither a host name nor an address";
  for (const char* entry : {"", "!", ".", "a..b", "a b", "ex\xc3\xa4mple.org", "a/24", "2001:db8:"})
    EXPECT_EQ(problem(entry), neither) << entry;
  EXPECT_EQ(problem("192.0.2"), "it is not a complete IPv4 address");
  EXPECT_EQ(problem("192.0.2.256"), "it is not a complete IPv4 address");
  EXPECT_EQ(problem("*.example.org"),
            "wildcards are not understood; a leading dot stands for all hosts below a domain");
  EXPECT_EQ(problem("192.0.2.0/33"), "the prefix length is not a number from 0 to 32");
  EXPECT_EQ(problem("192.0.2.0/"), "the prefix length is not a number from 0 to 32");
  EXPECT_EQ(problem("192.0.2.0/-1"), "the prefix length is not a number from 0 to 32");
  EXPECT_EQ(problem("2001:db8::/129"), "the prefix length is not a number from 0 to 128");
  EXPECT_EQ(problem("192.0.2.0/255.0.255.0"), "the netmask is not one");
  EXPECT_EQ(problem("192.0.2.0/255.255.253.0"), "the netmask is not one");
}

}  // namespace
}  // namespace dmarc::policy
