#include "resolver/stub_resolver.h"

#include <utility>

#include "resolver/engine.h"

namespace dmarc::resolver {

StubResolver::StubResolver(StubOptions options)
    : engine_(std::make_unique<Engine>(std::move(options))) {}

StubResolver::~StubResolver() = default;

void StubResolver::resolve(const dns::Question& question, Callback done) {
  engine_->resolve(question, std::move(done));
}

StubStatistics StubResolver::statistics() const {
  return engine_->statistics();
}

}  // namespace dmarc::resolver
