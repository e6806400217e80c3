// A resolver that remembers what was looked up.
#pragma once

#include <string>
#include <vector>

#include <dmarc/resolver.h>

namespace dmarc::test {

/// Remembers the look-ups, in order and each once; what was only prefetched does not count.
class Recorder final : public dns::Resolver {
 public:
  explicit Recorder(dns::Resolver& source) : source_(source) {}

  dns::AnswerPtr lookup(const dns::Name& name, dns::Type type) override;
  void prefetch(const dns::Name& name, dns::Type type) override { source_.prefetch(name, type); }

  /// The first `count` distinct names asked for TXT records.
  std::vector<std::string> first_record_queries(std::size_t count) const;
  /// The name that was asked for another type, or "none".
  std::string existence_query() const;
  /// The names asked for a destination's agreement.
  std::vector<std::string> agreement_queries() const;

 private:
  dns::Resolver& source_;
  std::vector<dns::Question> questions_;
};

}  // namespace dmarc::test
