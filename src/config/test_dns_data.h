// The option TestDNSData: DNS data from a file in front of the real DNS.
//
//   _dmarc.example.org  v=DMARC1; p=reject
//   example.org         v=spf1 ip4:192.0.2.1 -all     # a comment
//
// One TXT record a line: the name, blanks, the text up to "#" or the end of the line.
//
// A TXT question for a name that begins with "_dmarc." is answered from the file alone: a name that
// is not listed does not exist. TXT questions for other listed names are answered from it too,
// everything else by the network.
//
// Threads: TestDnsData is const once made; as safe as what stands behind it.
#pragma once

#include <tl/expected.hpp>

#include <memory>
#include <string>
#include <string_view>

#include <dmarc/resolver.h>
#include <dmarc/zone.h>

namespace dmarc::config {

/// The error is one clause: "line 3: ...".
tl::expected<dns::Zone, std::string> parse_test_dns_data(std::string_view text);

/// The error is one line: "PATH: can't load fake DNS data: ...".
tl::expected<dns::Zone, std::string> read_test_dns_data(const std::string& path);

class TestDnsData final : public dns::AsyncResolver {
 public:
  TestDnsData(dns::Zone zone, std::shared_ptr<dns::AsyncResolver> network);

  dns::AnswerPtr at_hand(const dns::Question& question) override;
  void resolve(const dns::Question& question, Callback done) override;
  std::unique_ptr<Asker> open() override;

 private:
  class DividedAsker;

  bool is_ours(const dns::Question& question) const;

  dns::Zone zone_;
  std::shared_ptr<dns::AsyncResolver> network_;
};

}  // namespace dmarc::config
