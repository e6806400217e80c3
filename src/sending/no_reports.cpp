#include "sending/no_reports.h"

#include "base/ascii.h"

namespace dmarc::sending {

void NoReportsList::add(std::string_view entry) {
  entries_.insert(base::lower(entry));
}

bool NoReportsList::contains(std::string_view mailbox) const {
  const std::string address = base::lower(mailbox);
  return entries_.contains(address) || entries_.contains(address.substr(address.rfind('@') + 1));
}

}  // namespace dmarc::sending
