#include "config/test_dns_data.h"

#include <utility>

#include "base/ascii.h"
#include "base/read_file.h"

namespace dmarc::config {
namespace {

constexpr std::string_view policy_prefix = "_dmarc.";

}  // namespace

tl::expected<dns::Zone, std::string> parse_test_dns_data(std::string_view text) {
  dns::Zone zone;
  unsigned number = 0;
  for (std::string_view line : base::split(text, '\n')) {
    ++number;
    line = base::trim(line.substr(0, line.find('#')));
    if (line.empty()) continue;
    const auto complain = [&](std::string_view reason) {
      return tl::unexpected("line " + std::to_string(number) + ": " + std::string(reason));
    };
    const std::size_t gap = line.find_first_of(" \t");
    if (gap == std::string_view::npos) return complain("a name without a text");
    const auto name = dns::Name::from_octets(line.substr(0, gap));
    if (!name) return complain(describe(name.error()));
    zone.add(*name, dns::Type::txt, std::string(base::trim(line.substr(gap))));
  }
  return zone;
}

tl::expected<dns::Zone, std::string> read_test_dns_data(const std::string& path) {
  const std::string complaint = path + ": can't load fake DNS data: ";
  const auto text = base::read_file(path);
  if (!text) return tl::unexpected(complaint + base::error_text(text.error()));
  return parse_test_dns_data(*text).map_error(
      [&](const std::string& reason) { return complaint + reason; });
}

TestDnsData::TestDnsData(dns::Zone zone, std::shared_ptr<dns::AsyncResolver> network)
    : zone_(std::move(zone)), network_(std::move(network)) {}

bool TestDnsData::is_ours(const dns::Question& question) const {
  return question.type == dns::Type::txt &&
         (question.name.text().starts_with(policy_prefix) || zone_.lists(question.name));
}

dns::AnswerPtr TestDnsData::at_hand(const dns::Question& question) {
  return is_ours(question) ? zone_.at_hand(question) : network_->at_hand(question);
}

void TestDnsData::resolve(const dns::Question& question, Callback done) {
  if (is_ours(question)) return zone_.resolve(question, std::move(done));
  network_->resolve(question, std::move(done));
}

/// Asks the network as one of its askers.
class TestDnsData::DividedAsker final : public dns::AsyncResolver::Asker {
 public:
  explicit DividedAsker(TestDnsData& data) : data_(data), network_(data.network_->open()) {}

  void resolve(const dns::Question& question, Callback done) override {
    if (data_.is_ours(question)) return data_.zone_.resolve(question, std::move(done));
    network_->resolve(question, std::move(done));
  }
  bool is_waiting(const dns::Question& question) const override {
    return network_->is_waiting(question);
  }

 private:
  TestDnsData& data_;
  const std::unique_ptr<dns::AsyncResolver::Asker> network_;
};

std::unique_ptr<dns::AsyncResolver::Asker> TestDnsData::open() {
  return std::make_unique<DividedAsker>(*this);
}

}  // namespace dmarc::config
