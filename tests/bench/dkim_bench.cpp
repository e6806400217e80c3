// What verifying DKIM costs beside the cryptography alone, in one run:
//
//   dkim_bench --benchmark_repetitions=5 --benchmark_report_aggregates_only=true
//
// Messages have a header of some 2 kB. "bare" hashes as many octets and verifies as many
// signatures, with keys that are ready.
#include <benchmark/benchmark.h>

#include <string>
#include <vector>

#include <dmarc/zone.h>

#include "crypto/digest.h"
#include "crypto/public_key.h"
#include "dkim/canonical_body.h"
#include "dkim/check.h"
#include "dkim/key_cache.h"
#include "dkim/tag_list.h"
#include "support/data.h"
#include "support/signed_message.h"

namespace {

using namespace dmarc;

constexpr std::size_t chunk = 65'535;

enum class Algorithm { rsa, ed25519 };

std::string text_body(std::size_t size) {
  constexpr std::string_view words[] = {"the",  "message", "was", "sent", "to",
                                        "your", "address", "in",  "time", "for"};
  std::string body;
  std::size_t line = 0;
  for (std::size_t i = 0; body.size() < size; ++i) {
    const std::string_view word = words[i * 7 % 10];
    body += word;
    line += word.size() + 1;
    body += line > 70 ? "\r\n" : " ";
    if (line > 70) line = 0;
  }
  return body.substr(0, size - 2) + "\r\n";
}

std::string base64_body(std::size_t size) {
  std::string octets;
  for (std::size_t i = 0; octets.size() < size; ++i)
    octets += static_cast<char>(i * 2'654'435'761U >> 13);
  std::string body;
  base::append_base64_lines(body, octets);
  return body.substr(0, size - 2) + "\r\n";
}

std::string html_body(std::size_t size) {
  std::string body;
  for (std::size_t i = 0; body.size() < size; ++i)
    body += std::string(i % 5 * 2, ' ') + (i % 3 == 0 ? "\t\t" : "") +
            "<td  class=\"cell\">value " + std::to_string(i) + "</td>  \r\n";
  return body.substr(0, size - 2) + "\r\n";
}

std::string body_of(std::int64_t kind, std::size_t size) {
  return kind == 0 ? text_body(size) : kind == 1 ? base64_body(size) : html_body(size);
}

struct Signed {
  mail::HeaderBlock header;
  std::string body;
  dns::Zone zone;
  std::vector<dns::Name> authors{*dns::Name::parse("example.com")};
};

crypto::PrivateKey private_key(Algorithm algorithm) {
  if (algorithm == Algorithm::ed25519)
    return *crypto::PrivateKey::parse(test::read_data("dkim-keys/ed25519.pem"));
  return *crypto::PrivateKey::parse(test::read_data("dkim-keys/rsa2048.pem"));
}

std::string record(Algorithm algorithm) {
  return algorithm == Algorithm::rsa
             ? "v=DKIM1; k=rsa; p=" + test::read_data("dkim-keys/rsa2048.txt")
             : "v=DKIM1; k=ed25519; p=" + test::read_data("dkim-keys/ed25519.txt");
}

Signed make(Algorithm algorithm, std::size_t signatures, std::string body) {
  Signed message;
  message.body = std::move(body);
  for (int i = 0; i < 6; ++i)
    message.header.add("Received", " from mx" + std::to_string(i) +
                                       ".example.net (mx.example.net [192.0.2.1])\r\n\tby "
                                       "mail.example.org (Postfix) with ESMTPS id 4XyZ1234\r\n\t"
                                       "for <bob@example.org>; Mon, 30 Nov 2026 12:00:00 +0000");
  message.header.add("From", " Ann Example <ann@example.com>");
  message.header.add("To", " Bob Example <bob@example.org>");
  message.header.add("Subject", " About the meeting of\r\n next week");
  message.header.add("Date", " Mon, 30 Nov 2026 12:00:00 +0000");
  message.header.add("Message-ID", " <1234567890.abcdef@example.com>");
  message.header.add("MIME-Version", " 1.0");
  message.header.add("Content-Type", " multipart/alternative;\r\n boundary=\"=_abcdef\"");
  message.header.add("List-Unsubscribe", " <https://example.com/u/" + std::string(200, 'x') + ">");
  for (int i = 0; i < 6; ++i)
    message.header.add("X-Sender-" + std::to_string(i), ' ' + std::string(60, 'y'));
  const char* const name = algorithm == Algorithm::rsa ? "rsa-sha256" : "ed25519-sha256";
  for (std::size_t i = 0; i < signatures; ++i)
    test::add_signature(message.header,
                        "v=1; a=" + std::string(name) + "; c=relaxed/relaxed; d=example.com; s=s" +
                            std::to_string(i) +
                            "; t=1796040000; h=from:to:subject:date:message-id:mime-version:"
                            "content-type:list-unsubscribe:from:subject:received:received",
                        message.body, private_key(algorithm));
  for (std::size_t i = 0; i < signatures; ++i)
    message.zone.add(*dns::Name::parse("s" + std::to_string(i) + "._domainkey.example.com"),
                     dns::Type::txt, record(algorithm));
  return message;
}

dkim::Result verify(const Signed& message, dkim::KeyCache& keys) {
  dkim::BodyHashes hashes;
  dkim::Check check(message.header, message.authors, {.now = 1'796'040'000}, keys, hashes);
  auto step = check.begin();
  for (std::string_view rest = message.body; !rest.empty();
       rest.remove_prefix(std::min(chunk, rest.size())))
    hashes.update(rest.substr(0, chunk));
  hashes.finish();
  do
    step = check.next(message.zone);
  while (dns::has_more(step));
  return std::get<dkim::Result>(std::move(step));
}

/// Arguments: algorithm, signatures, octets of the body, its kind.
void message(benchmark::State& state) {
  const auto algorithm = static_cast<Algorithm>(state.range(0));
  const Signed signed_message =
      make(algorithm, static_cast<std::size_t>(state.range(1)),
           body_of(state.range(3), static_cast<std::size_t>(state.range(2))));
  dkim::KeyCache keys;
  for (auto _ : state) {
    const dkim::Result result = verify(signed_message, keys);
    if (result.signatures.at(0).code() != dkim::Code::pass) state.SkipWithError("no pass");
  }
}

/// The same work without reading, choosing and canonicalizing anything.
void bare(benchmark::State& state) {
  const auto algorithm = static_cast<Algorithm>(state.range(0));
  const Signed message = make(algorithm, static_cast<std::size_t>(state.range(1)),
                              body_of(state.range(3), static_cast<std::size_t>(state.range(2))));
  const std::size_t field = message.header.size() - 1;
  const dkim::Signature signature =
      dkim::read_signature(message.header[field].value, dkim::dkim_signature);
  dkim::SignedHeader signed_header(message.header, dkim::LeadingBlanks::kept);
  const std::string header = signed_header.text(signature, field);
  dkim::KeyCache keys;
  const auto key = keys.find(record(algorithm));
  for (auto _ : state) {
    crypto::Sha256 body;
    for (std::string_view rest = message.body; !rest.empty();
         rest.remove_prefix(std::min(chunk, rest.size())))
      body.update(rest.substr(0, chunk));
    benchmark::DoNotOptimize(body.finish());
    for (std::int64_t i = 0; i < state.range(1); ++i) {
      crypto::Sha256 hash;
      hash.update(header);
      if (!key->key().verify(hash.finish(), signature.octets)) state.SkipWithError("no pass");
    }
  }
}

void relaxed_body(benchmark::State& state) {
  const std::string body = body_of(state.range(0), 1'000'000);
  for (auto _ : state) {
    dkim::BodyHash hash(dkim::CanonicalForm::relaxed);
    for (std::string_view rest = body; !rest.empty();
         rest.remove_prefix(std::min(chunk, rest.size())))
      hash.update(rest.substr(0, chunk));
    benchmark::DoNotOptimize(hash.finish());
  }
}

/// Of what the relaxed form of that body is.
void bare_body(benchmark::State& state) {
  const std::string body = body_of(state.range(0), 1'000'000);
  for (auto _ : state) {
    crypto::Sha256 hash;
    for (std::string_view rest = body; !rest.empty();
         rest.remove_prefix(std::min(chunk, rest.size())))
      hash.update(rest.substr(0, chunk));
    benchmark::DoNotOptimize(hash.finish());
  }
}

void reading_a_key(benchmark::State& state) {
  const std::string text = record(static_cast<Algorithm>(state.range(0)));
  for (auto _ : state)
    benchmark::DoNotOptimize(dkim::KeyRecord::parse(text));
}

void each_message(benchmark::internal::Benchmark* bench) {
  for (const std::int64_t algorithm : {0, 1})
    for (const std::int64_t signatures : {1, 5})
      bench->Args({algorithm, signatures, 10'000, 0});
  bench->Args({0, 1, 1'000'000, 0})->Args({0, 1, 1'000'000, 1});
  bench->ArgNames({"ed25519", "signatures", "octets", "base64"});
}

BENCHMARK(bare)->Apply(each_message);
BENCHMARK(message)->Apply(each_message);
BENCHMARK(bare_body)->DenseRange(0, 2)->ArgName("text_base64_html")->Unit(benchmark::kMicrosecond);
BENCHMARK(relaxed_body)
    ->DenseRange(0, 2)
    ->ArgName("text_base64_html")
    ->Unit(benchmark::kMicrosecond);
BENCHMARK(reading_a_key)->Arg(0)->Arg(1)->ArgName("ed25519");

}  // namespace

BENCHMARK_MAIN();
