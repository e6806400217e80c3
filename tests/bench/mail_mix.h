// The mail of a benchmark: what a mail server of an ordinary mix of domains sees, always the same.
//
// 5,000 author domains by Zipf's law; 60 % of the messages have an aligned DKIM signature (as an
// upstream verifier reports it), 25 % pass by SPF only, 10 % fail, 5 % are of domains without a
// record; 25 header fields and 8 kB of body.
//
// Threads: values.
#pragma once

#include <cstddef>
#include <cstdint>
#include <random>
#include <string>
#include <string_view>
#include <vector>

#include <dmarc/header_field.h>

namespace dmarc::bench {

/// The authserv-id of the verifier whose DKIM results the messages carry.
inline constexpr std::string_view verifier = "verifier.example";

struct BenchMessage {
  std::string client;  ///< address
  std::string helo;
  std::string sender;
  mail::HeaderBlock header;
  std::string body;
  bool passes = false;  ///< dmarc=pass is the right verdict when SPF is checked by the filter
};

/// What the DNS says of the domains, as zone text (dns/zone.h).
std::string mix_zone();

class MailMix {
 public:
  explicit MailMix(std::uint32_t seed);

  BenchMessage next();

 private:
  std::size_t draw(std::size_t bound);

  std::mt19937 random_;
  std::vector<double> cumulative_;  ///< Zipf's law over the domains
};

}  // namespace dmarc::bench
