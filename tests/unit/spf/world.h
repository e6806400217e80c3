// A check on fixed DNS data, with defaults for what a test does not care about.
#pragma once

#include <algorithm>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include <dmarc/check.h>
#include <dmarc/reverse_path.h>
#include <dmarc/spf.h>
#include <dmarc/zone.h>

namespace dmarc::spf {

struct Ask {
  std::string client = "192.0.2.1";
  std::string from = "user@example.org";
  std::string helo = "mx.client.example";
  Options options{};
};

inline dns::Zone zone_of(std::string_view text) {
  auto zone = dns::Zone::parse(text);
  if (!zone)
    throw std::runtime_error("zone line " + std::to_string(zone.error().line) + ": " +
                             zone.error().reason);
  return *std::move(zone);
}

inline dns::Name name_of(std::string_view text) {
  return dns::Name::from_octets(text).value();
}

/// A Resolver without a clock or a budget that writes down how a check uses it: what it waits for,
/// and each question when it is listed for the first time.
class RecordingResolver final : public dns::Resolver {
 public:
  explicit RecordingResolver(std::string_view zone) : zone_(zone_of(zone)) {}
  explicit RecordingResolver(dns::Zone zone) : zone_(std::move(zone)) {}

  dns::AnswerPtr lookup(const dns::Name& name, dns::Type type) override {
    lookups.push_back(line(name, type));
    calls.push_back("lookup " + lookups.back());
    return std::make_shared<dns::Answer>(zone_.answer({name, type}));
  }

  void prefetch(const dns::Name& name, dns::Type type) override {
    const std::string question = line(name, type);
    if (std::find(prefetches.begin(), prefetches.end(), question) != prefetches.end()) return;
    prefetches.push_back(question);
    calls.push_back("prefetch " + prefetches.back());
  }

  std::vector<std::string> lookups, prefetches, calls;  ///< "A mx.example.org"

 private:
  static std::string line(const dns::Name& name, dns::Type type) {
    return std::string(dns::to_string(type)) + ' ' + name.text();
  }

  dns::Zone zone_;
};

/// All answers of a zone, at hand at once.
class ZoneAnswers final : public dns::Answers {
 public:
  explicit ZoneAnswers(dns::Zone zone) : zone_(std::move(zone)) {}

  dns::AnswerPtr find(const dns::Question& question) const override {
    return std::make_shared<dns::Answer>(zone_.answer(question));
  }

 private:
  dns::Zone zone_;
};

inline Request request_of(const Ask& ask) {
  return {base::IpAddress::parse(ask.client).value(), ask.helo,
          mail::parse_reverse_path('<' + ask.from + '>')};
}

inline Result check_with(dns::Resolver& resolver, const Ask& ask = {}) {
  return check(request_of(ask), resolver, ask.options);
}

inline Result check_in(std::string_view zone, const Ask& ask = {}) {
  RecordingResolver resolver(zone);
  return check_with(resolver, ask);
}

inline std::string code_in(std::string_view zone, const Ask& ask = {}) {
  return std::string(to_string(check_in(zone, ask).code));
}

/// A zone line with the record of example.org.
inline std::string record(std::string_view terms) {
  return "example.org TXT v=spf1 " + std::string(terms) + '\n';
}

}  // namespace dmarc::spf
