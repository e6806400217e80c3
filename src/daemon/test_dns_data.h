// The TestDNSData option: DNS data from a file (config/test_dns_data.h) in front of the real DNS.
//
// Every TXT question for a name that begins with "_dmarc." is answered from the file alone; one
// that is not listed does not exist. TXT questions for other names that are listed are answered
// from it too, everything else by the network.
//
// Threads: const once made; as safe as what stands behind it.
#pragma once

#include <memory>

#include <dmarc/resolver.h>

#include "dns/zone.h"

namespace dmarc::daemon {

class TestDnsData final : public dns::AsyncResolver {
 public:
  TestDnsData(dns::Zone zone, std::shared_ptr<dns::AsyncResolver> network);

  void resolve(const dns::Question& question, Callback done) override;

 private:
  dns::Zone zone_;
  std::shared_ptr<dns::AsyncResolver> network_;
};

}  // namespace dmarc::daemon
