// The NoReportsList: mailboxes and domains that get no reports, whatever a record asks for.
//
//   NoReportsList list;
//   list.add("abuse@example.org");
//   list.contains("Abuse@example.org");   // true
//
// A domain stands for its own mailboxes, not for those of its subdomains, as in OpenDMARC.
//
// Threads: const after it was filled.
#pragma once

#include <set>
#include <string>
#include <string_view>

namespace dmarc::sending {

class NoReportsList {
 public:
  /// "user@example.org" or "example.org", in any case.
  void add(std::string_view entry);

  bool contains(std::string_view mailbox) const;

 private:
  std::set<std::string, std::less<>> entries_;
};

}  // namespace dmarc::sending
