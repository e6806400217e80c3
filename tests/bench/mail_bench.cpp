// What reading the fields of a message costs.
//
//   bin/mail_bench    (a release build; the time is that of one field)
#include <benchmark/benchmark.h>

#include <string_view>
#include <vector>

#include <dmarc/author_domain.h>
#include <dmarc/reverse_path.h>

#include "mail/auth_results.h"
#include "mail/received_spf.h"

namespace {

using namespace dmarc;

void find_author(benchmark::State& state, std::string_view value) {
  const std::vector<std::string_view> values{value};
  for (auto _ : state)
    benchmark::DoNotOptimize(mail::find_author_in(values));
}

constexpr std::string_view results =
    "mail.example.net;\r\n\tdkim=pass (2048-bit key; unprotected) header.d=example.com "
    "header.i=@example.com header.a=rsa-sha256 header.s=s1 header.b=abcdefgh;\r\n"
    "\tspf=pass smtp.mailfrom=bounce@mail.example.com";

void parse_auth_results(benchmark::State& state) {
  for (auto _ : state)
    benchmark::DoNotOptimize(mail::parse_auth_results(results));
}

void claimed_authserv_id(benchmark::State& state) {
  for (auto _ : state)
    benchmark::DoNotOptimize(mail::claimed_authserv_id(results));
}

void write_auth_results(benchmark::State& state) {
  for (auto _ : state) {
    mail::AuthResultsWriter writer("mail.example.net");
    writer.result("dmarc", "pass").comment("p=reject dis=none");
    writer.property("header", "from", "example.com");
    benchmark::DoNotOptimize(writer.value());
  }
}

void parse_reverse_path(benchmark::State& state) {
  for (auto _ : state)
    benchmark::DoNotOptimize(mail::parse_reverse_path("<bounce+1234@mail.example.com>"));
}

void parse_received_spf(benchmark::State& state) {
  for (auto _ : state) {
    benchmark::DoNotOptimize(mail::parse_received_spf(
        "Pass (mailfrom) identity=mailfrom; client-ip=192.0.2.1; helo=mail.example.com; "
        "envelope-from=bounce@mail.example.com; receiver=<UNKNOWN>"));
  }
}

BENCHMARK_CAPTURE(find_author, plain, std::string_view("jo@example.com"));
BENCHMARK_CAPTURE(find_author, named, std::string_view("\"Doe, Jo\" <jo@example.com>"));
BENCHMARK_CAPTURE(find_author, spoof, std::string_view("jo@bank.example <jo@example.com> x"));
BENCHMARK(parse_auth_results);
BENCHMARK(claimed_authserv_id);
BENCHMARK(write_auth_results);
BENCHMARK(parse_reverse_path);
BENCHMARK(parse_received_spf);

}  // namespace

BENCHMARK_MAIN();
