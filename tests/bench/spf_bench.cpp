// SPF checks per second when every answer is at hand: our own engine beside libspf2.
//
//   bin/spf_bench    (a release build; items_per_second are checks)
#include <benchmark/benchmark.h>

#include <stdexcept>
#include <string>
#include <string_view>

#include <dmarc/spf.h>
#include <dmarc/zone.h>

#include "spf/libspf2/libspf2.h"
#include "warm_resolver.h"

namespace {

using namespace dmarc;

constexpr std::string_view zone_text = R"(
small.example TXT v=spf1 ip4:198.51.100.0/24 ip4:192.0.2.0/24 -all
hosts.example TXT v=spf1 a mx -all
hosts.example A 198.51.100.1
hosts.example MX 10 mx1.hosts.example
hosts.example MX 20 mx2.hosts.example
mx1.hosts.example A 198.51.100.2
mx2.hosts.example A 192.0.2.1
large.example TXT v=spf1 include:_spf.provider.example include:bulk.example ~all
_spf.provider.example TXT v=spf1 include:_n1.provider.example include:_n2.provider.example include:_n3.provider.example ~all
_n1.provider.example TXT v=spf1 ip4:203.0.113.0/28 ip4:203.0.113.16/28 ip4:203.0.113.32/28 ip4:203.0.113.48/28 ip4:203.0.113.64/28 ip4:203.0.113.80/28 ip4:203.0.113.96/28 ip4:203.0.113.112/28 ~all
_n2.provider.example TXT v=spf1 ip6:2001:db8:1::/48 ip6:2001:db8:2::/48 ip6:2001:db8:3::/48 ip6:2001:db8:4::/48 ip6:2001:db8:5::/48 ip6:2001:db8:6::/48 ~all
_n3.provider.example TXT v=spf1 ip4:203.0.113.128/28 ip4:203.0.113.144/28 ip4:203.0.113.160/28 ip4:203.0.113.176/28 ~all
bulk.example TXT v=spf1 ip4:198.51.100.0/24 ip4:192.0.2.0/24 ~all
macros.example TXT v=spf1 exists:%{ir}.%{v}._spf.%{d} exists:%{l}.%{o}._list.example -all
1.2.0.192.in-addr._spf.macros.example TXT x
user.macros.example._list.example A 127.0.0.2
)";

void check_domain(benchmark::State& state, std::string_view domain,
                  const spf::Evaluator* evaluator) {
  const dns::Zone zone = dns::Zone::parse(zone_text).value();
  test::WarmResolver resolver(zone);
  spf::Request request{base::IpAddress::parse("192.0.2.1").value(), "mx.client.example", {}};
  request.sender.kind = mail::ReversePath::Kind::mailbox;
  request.sender.local_part = "user";
  request.sender.domain = dns::Name::parse(domain).value();
  spf::Options options;
  options.evaluator = evaluator;
  if (spf::check(request, resolver, options).code != spf::Code::pass)
    throw std::logic_error("the zone is meant to pass");
  for (auto _ : state)
    benchmark::DoNotOptimize(spf::check(request, resolver, options));
  state.SetItemsProcessed(state.iterations());
}

// A record made to cost as much as it can: five includes of 60 kB each, five mx of ten hosts.
dns::Zone costly_zone(std::string_view network) {
  dns::Zone zone;
  const auto name = [](const std::string& text) { return dns::Name::parse(text).value(); };
  std::string terms;
  for (int i = 0; i < 5; ++i) {
    const std::string number = std::to_string(i);
    terms += " include:i" + number + ".example mx:m" + number + ".example";
    std::string included = "v=spf1";
    while (included.size() < 60000)
      (included += ' ') += network;
    zone.add(name("i" + number + ".example"), dns::Type::txt, included);
    for (int host = 0; host < 10; ++host) {
      const std::string exchange = "h" + std::to_string(host) + ".m" + number + ".example";
      zone.add(name("m" + number + ".example"), dns::Type::mx, "10 " + exchange);
      zone.add(name(exchange), dns::Type::a, std::string("\xC6\x33\x64\x01", 4));
    }
  }
  zone.add(name("costly.example"), dns::Type::txt, "v=spf1" + terms + " -all");
  return zone;
}

void check_costly(benchmark::State& state, std::string_view network) {
  const dns::Zone zone = costly_zone(network);
  test::WarmResolver resolver(zone);
  spf::Request request{base::IpAddress::parse("192.0.2.1").value(), "mx.client.example", {}};
  request.sender.kind = mail::ReversePath::Kind::mailbox;
  request.sender.local_part = "user";
  request.sender.domain = dns::Name::parse("costly.example").value();
  for (auto _ : state)
    benchmark::DoNotOptimize(spf::check(request, resolver, {}));
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK_CAPTURE(check_costly, short_networks, "ip4:198.51.100.1");
// Fifty octets a term, so that a record of 60 kB has just as many terms as may be read, and more.
BENCHMARK_CAPTURE(
    check_costly, long_networks,
    "ip6:2001:0db8:0000:0000:0000:0000:0000:0001/128 x=yyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyy"
    "yyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyy");

constexpr const spf::Evaluator* native = nullptr;
const spf::Evaluator* const libspf2 = &spf::libspf2();
BENCHMARK_CAPTURE(check_domain, two_networks_native, "small.example", native);
BENCHMARK_CAPTURE(check_domain, two_networks_libspf2, "small.example", libspf2);
BENCHMARK_CAPTURE(check_domain, hosts_native, "hosts.example", native);
BENCHMARK_CAPTURE(check_domain, hosts_libspf2, "hosts.example", libspf2);
BENCHMARK_CAPTURE(check_domain, nested_includes_native, "large.example", native);
BENCHMARK_CAPTURE(check_domain, nested_includes_libspf2, "large.example", libspf2);
BENCHMARK_CAPTURE(check_domain, macros_native, "macros.example", native);
BENCHMARK_CAPTURE(check_domain, macros_libspf2, "macros.example", libspf2);

}  // namespace

BENCHMARK_MAIN();
