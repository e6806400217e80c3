#include "dns/stub_resolver.h"

#include <gtest/gtest.h>

#include <future>

#include "support/dns_server.h"

namespace dmarc::dns {
namespace {

using namespace std::chrono_literals;
using test::DnsServer;

Name name(std::string_view text) {
  return Name::from_octets(text).value();
}

/// Long enough never to run out in a test that does not want it to.
constexpr auto long_timeout = 60s;
/// For questions that are meant to run out.
constexpr auto short_timeout = 150ms;

StubOptions asking(std::initializer_list<const DnsServer*> servers) {
  StubOptions options;
  for (const DnsServer* server : servers)
    options.servers.push_back(server->address());
  options.timeout = long_timeout;
  options.retry_after = long_timeout;
  return options;
}

std::future<AnswerPtr> start(StubResolver& resolver, std::string_view owner,
                             Type type = Type::txt) {
  auto promise = std::make_shared<std::promise<AnswerPtr>>();
  resolver.resolve({name(owner), type},
                   [promise](AnswerPtr answer) { promise->set_value(std::move(answer)); });
  return promise->get_future();
}

AnswerPtr ask(StubResolver& resolver, std::string_view owner, Type type = Type::txt) {
  return start(resolver, owner, type).get();
}

std::string only_record(const AnswerPtr& answer) {
  return answer->records.size() == 1 ? answer->records.front()
                                     : std::to_string(answer->records.size()) + " records";
}

TEST(StubResolver, asks_and_decodes) {
  const DnsServer server("a.example TXT \"v=spf1 \" \"-all\"\n");
  StubResolver resolver(asking({&server}));
  const AnswerPtr answer = ask(resolver, "a.example");
  EXPECT_EQ(answer->outcome, Outcome::records);
  EXPECT_EQ(only_record(answer), "v=spf1 -all");
  EXPECT_EQ(answer->ttl, 300U);
}

}  // namespace
}  // namespace dmarc::dns
