// DMARC evaluations per second when every answer is at hand.
//
//   bin/dmarc_bench    (a release build; the time is that of one evaluation)
#include <benchmark/benchmark.h>

#include <string_view>
#include <vector>

#include <dmarc/evaluate.h>
#include <dmarc/record.h>

#include "warm_resolver.h"

namespace {

using namespace dmarc;

constexpr std::string_view usual_record =
    "v=DMARC1; p=reject; sp=quarantine; adkim=r; aspf=r; pct=100; fo=1; "
    "rua=mailto:aggregate@reports.example,mailto:dmarc@example.com; ruf=mailto:dmarc@example.com";

dns::Name name(std::string_view text) {
  return dns::Name::parse(text).value();
}

void evaluate_message(benchmark::State& state, std::string_view author,
                      const std::vector<std::string_view>& signers) {
  dns::Zone zone;
  zone.add(name("_dmarc.example.com"), dns::Type::txt, std::string(usual_record));
  test::WarmResolver resolver(zone);
  Inputs inputs{.author = name(author)};
  for (const std::string_view signer : signers)
    inputs.dkim.push_back({.domain = name(signer), .outcome = MethodOutcome::pass});
  for (auto _ : state)
    benchmark::DoNotOptimize(evaluate(inputs, {}, resolver));
}

void parse_record(benchmark::State& state) {
  for (auto _ : state)
    benchmark::DoNotOptimize(Record::parse(usual_record));
}

BENCHMARK(parse_record);
BENCHMARK_CAPTURE(evaluate_message, same_name, "example.com", {"example.com"});
BENCHMARK_CAPTURE(evaluate_message, relaxed, "example.com", {"bounce.mail.example.com"});
BENCHMARK_CAPTURE(evaluate_message, spoofed, "example.com", {"evil.example.org"});
BENCHMARK_CAPTURE(evaluate_message, inherited, "www.shop.example.com",
                  {"example.com", "provider.example.net"});
BENCHMARK_CAPTURE(evaluate_message, no_record, "www.example.net", {"example.net"});

}  // namespace

BENCHMARK_MAIN();
