// Shared by the tests of StubResolver: asking, and options that leave nothing to chance.
#pragma once

#include <future>
#include <initializer_list>
#include <string>

#include "resolver/stub_resolver.h"
#include "support/dns_server.h"

namespace dmarc::resolver {

using namespace std::chrono_literals;
using test::DnsServer;

/// Never reached in a test that passes.
inline constexpr auto long_time = 60s;

inline dns::Name name(std::string_view text) {
  return dns::Name::from_octets(text).value();
}

/// Options to ask these servers, in this order, once each, and to wait long.
inline StubOptions asking(std::initializer_list<const DnsServer*> servers) {
  StubOptions options;
  for (const DnsServer* server : servers)
    options.servers.push_back(server->address());
  options.timeout = long_time;
  options.retry_after = long_time;
  return options;
}

inline std::future<dns::AnswerPtr> start(StubResolver& resolver, std::string_view owner,
                                         dns::Type type = dns::Type::txt) {
  auto promise = std::make_shared<std::promise<dns::AnswerPtr>>();
  resolver.resolve({name(owner), type},
                   [promise](dns::AnswerPtr answer) { promise->set_value(std::move(answer)); });
  return promise->get_future();
}

inline dns::AnswerPtr ask(StubResolver& resolver, std::string_view owner,
                          dns::Type type = dns::Type::txt) {
  return start(resolver, owner, type).get();
}

/// The outcome or the reason of failure, "alias" when the name is one, and the records, for example
/// "records, alias: a | b".
inline std::string text(const dns::Answer& answer) {
  std::string all(answer.failure == dns::Failure::none ? to_string(answer.outcome)
                                                       : describe(answer.failure));
  if (answer.alias) all += ", alias";
  const char* separator = ": ";
  for (const std::string& record : answer.records) {
    all += separator + record;
    separator = " | ";
  }
  return all;
}

}  // namespace dmarc::resolver
