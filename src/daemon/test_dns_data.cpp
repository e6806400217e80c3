#include "daemon/test_dns_data.h"

#include <string_view>
#include <utility>

namespace dmarc::daemon {
namespace {

constexpr std::string_view policy_prefix = "_dmarc.";

}  // namespace

TestDnsData::TestDnsData(dns::Zone zone, std::shared_ptr<dns::AsyncResolver> network)
    : zone_(std::move(zone)), network_(std::move(network)) {}

void TestDnsData::resolve(const dns::Question& question, Callback done) {
  const bool ours = question.type == dns::Type::txt &&
                    (question.name.text().starts_with(policy_prefix) || zone_.lists(question.name));
  if (ours) return zone_.resolve(question, std::move(done));
  network_->resolve(question, std::move(done));
}

}  // namespace dmarc::daemon
