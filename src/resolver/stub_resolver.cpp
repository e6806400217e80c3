#include "resolver/stub_resolver.h"

#include <algorithm>
#include <csignal>
#include <thread>
#include <utility>

#include "resolver/caching_resolver.h"

namespace dmarc::resolver {

DescriptorShare descriptor_share(std::uint64_t limit) {
  constexpr std::uint64_t part = 10;  // of the descriptors
  constexpr std::uint64_t least = 4;
  const std::uint64_t questions =
      std::clamp<std::uint64_t>(limit / part, least, StubResolver::max_in_flight);
  return {questions, questions * Queries::exchanges_each};
}

struct StubResolver::Service {
  explicit Service(StubOptions options) : resolver(loop, network, std::move(options)) {
    // The thread takes no signals: they are the business of the program's own threads.
    sigset_t all, before;
    sigfillset(&all);
    ::pthread_sigmask(SIG_SETMASK, &all, &before);
    thread = std::thread([this] { loop.run(); });
    ::pthread_sigmask(SIG_SETMASK, &before, nullptr);
  }

  // The resolver answers what is still under way when the thread has ended.
  ~Service() {
    loop.stop();
    thread.join();
  }
  Service(const Service&) = delete;
  Service& operator=(const Service&) = delete;

  io::EventLoop loop;
  SystemNetwork network;
  CachingResolver resolver;
  std::thread thread;
};

StubResolver::StubResolver(StubOptions options)
    : service_(std::make_unique<Service>(std::move(options))) {}

StubResolver::~StubResolver() = default;

dns::AnswerPtr StubResolver::at_hand(const dns::Question& question) {
  return service_->resolver.at_hand(question);
}

void StubResolver::resolve(const dns::Question& question, Callback done) {
  service_->resolver.resolve(question, std::move(done));
}

std::unique_ptr<dns::AsyncResolver::Asker> StubResolver::open() {
  return service_->resolver.open();
}

StubStatistics StubResolver::statistics() const {
  return service_->resolver.statistics();
}

}  // namespace dmarc::resolver
