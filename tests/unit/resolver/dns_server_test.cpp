// The DNS server that the tests use, as far as tests of the resolver don't show it.
#include "support/dns_server.h"

#include <gtest/gtest.h>

namespace dmarc::test {
namespace {

/// What is wrong with the text, or "nothing".
std::string complaint(std::string_view text) {
  try {
    DnsServer server(text);
  } catch (const std::invalid_argument& error) {
    return error.what();
  }
  return "nothing";
}

TEST(DnsServer, a_line_that_cannot_be_read_is_named) {
  EXPECT_EQ(complaint("a.example TXT x\n\na.example FAULT drop wrong-key\n"),
            "zone line 3: wrong-key is no fault");
  EXPECT_EQ(complaint("a.example FAULT drop\na.example A x\n"),
            "zone line 2: x is not an IPv4 address");
  EXPECT_EQ(complaint("a.example FAULT delay=5\n"), "zone line 1: delay=5 is no fault");
  EXPECT_EQ(complaint("a.example FAULT truncate=yes\n"), "zone line 1: truncate=yes is no fault");
  EXPECT_EQ(complaint("* FAULT delay=5ms drop=3 ttl=0\n* FAULT ad\n"), "nothing");
}

TEST(DnsServer, fault_lines_of_one_name_add_up_and_replace_those_for_all) {
  const auto script = DnsScript::parse(
                          "* FAULT truncate\n"
                          "A.example FAULT delay=2s\n"
                          "a.example FAULT ttl=5\n")
                          .value();
  const DnsFault& own = script.fault_of(dns::Name::parse("a.example").value());
  EXPECT_EQ(own.delay, std::chrono::seconds(2));
  EXPECT_EQ(own.ttl, 5U);
  EXPECT_FALSE(own.truncate);
  EXPECT_TRUE(script.fault_of(dns::Name::parse("b.example").value()).truncate);
}

TEST(DnsServer, an_address_in_use_is_an_error) {
  const DnsServer server;
  EXPECT_THROW(DnsServer("", "127.0.0.1", server.address().port), std::system_error);
}

}  // namespace
}  // namespace dmarc::test
