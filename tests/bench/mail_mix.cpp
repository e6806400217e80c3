#include "mail_mix.h"

#include <algorithm>

namespace dmarc::bench {
namespace {

constexpr std::size_t domain_count = 5000;
constexpr std::size_t provider_count = 50;
constexpr std::size_t body_octets = 8000;
constexpr std::size_t header_fields = 25;

std::string domain_name(std::size_t rank) {
  return "d" + std::to_string(rank) + ".example";
}

std::string provider_name(std::size_t rank) {
  return "provider" + std::to_string(rank % provider_count) + ".example";
}

std::string provider_address(std::size_t rank) {
  return "192.0.2." + std::to_string(rank % provider_count + 1);
}

/// One domain in twenty publishes nothing.
bool has_record(std::size_t rank) {
  return rank % 20 != 7;
}

std::string_view policy(std::size_t rank) {
  constexpr std::string_view policies[] = {"none", "none", "quarantine", "reject"};
  return policies[rank % std::size(policies)];
}

void add(mail::HeaderBlock& header, std::string_view name, std::string_view value) {
  header.add(name, " " + std::string(value));
}

/// Fields that the filter has no use for, of the usual number and length.
void add_common_fields(mail::HeaderBlock& header, std::size_t number) {
  add(header, "To", "user" + std::to_string(number % 97) + "@receiver.example");
  add(header, "Subject", "Message " + std::to_string(number) + " of the benchmark");
  add(header, "Date", "Mon, 23 Nov 2026 10:00:00 +0000");
  add(header, "Message-ID", "<" + std::to_string(number) + "@bench.example>");
  add(header, "MIME-Version", "1.0");
  add(header, "Content-Type", "text/plain; charset=utf-8");
  for (std::size_t i = header.size(); i < header_fields; ++i) {
    add(header, "X-Field-" + std::to_string(i), std::string(60 + 7 * (i % 9), 'x'));
  }
}

}  // namespace

std::string mix_zone() {
  std::string zone;
  for (std::size_t rank = 0; rank < domain_count; ++rank) {
    const std::string domain = domain_name(rank);
    zone += domain + " TXT \"v=spf1 include:_spf." + provider_name(rank) + " -all\"\n";
    if (has_record(rank)) {
      zone += "_dmarc." + domain + " TXT \"v=DMARC1; p=" + std::string(policy(rank)) +
              "; rua=mailto:dmarc@" + domain + "\"\n";
    }
  }
  for (std::size_t rank = 0; rank < provider_count; ++rank)
    zone += "_spf." + provider_name(rank) + " TXT \"v=spf1 ip4:" + provider_address(rank) +
            " ip4:203.0.113.0/24 -all\"\n";
  return zone;
}

MailMix::MailMix(std::uint32_t seed) : random_(seed) {
  double sum = 0;
  for (std::size_t rank = 0; rank < domain_count; ++rank)
    cumulative_.push_back(sum += 1.0 / static_cast<double>(rank + 1));
}

std::size_t MailMix::draw(std::size_t bound) {
  return random_() % bound;
}

BenchMessage MailMix::next() {
  const double point = std::generate_canonical<double, 32>(random_) * cumulative_.back();
  const auto place = std::ranges::lower_bound(cumulative_, point);
  const auto rank = std::min<std::size_t>(static_cast<std::size_t>(place - cumulative_.begin()),
                                          domain_count - 1);
  const std::string domain = domain_name(rank);
  const std::size_t kind = draw(100);
  const bool fails = kind >= 90;
  const bool is_signed = kind < 65;

  BenchMessage message;
  message.passes = !fails && has_record(rank);
  message.client = fails ? "198.51.100.66" : provider_address(rank);
  message.helo = "mx." + provider_name(rank);
  message.sender = "bounce-" + std::to_string(draw(1000)) + "@" + domain;
  add(message.header, "Authentication-Results",
      std::string(verifier) +
          "; dkim=" + (is_signed ? "pass header.d=" + domain + " header.s=s1" : "none"));
  add(message.header, "Received", "from " + message.helo + " by mx.receiver.example");
  add(message.header, "From", "\"Somebody\" <news@" + domain + ">");
  add_common_fields(message.header, draw(1'000'000));
  message.body.assign(body_octets, 'b');
  return message;
}

}  // namespace dmarc::bench
