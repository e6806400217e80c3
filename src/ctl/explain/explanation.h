// One message judged, with all that led to the judgement, and how it reads: as an Outline for
// people, as JSON for programs.
//
//   std::cout << outline_of(explanation).text();
//
// The judgement is that of policy::judge(), the same that the daemon acts on; explain.cpp obtains
// it.
//
// Threads: pure functions.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "base/json.h"
#include "ctl/dkim/signature_report.h"
#include "ctl/terminal.h"
#include "dns/lookup_session.h"
#include "policy/judge.h"

namespace dmarc::ctl {

/// An Authentication-Results field of the message and what became of it.
struct FieldUse {
  std::size_t index = 0;    ///< 1 = topmost
  std::string authserv_id;  ///< empty when there is none
  bool removed = false;
  bool trusted = false;
  std::string problem;  ///< why it, or a pass in it, does not count; empty if it does
};

struct Explanation {
  policy::Message message;
  policy::Judgement judgement;
  std::vector<FieldUse> fields;
  std::vector<SignatureReport> signatures;  ///< those that were verified here; view the message
  std::vector<dns::LookupSession::Entry> lookups;
  bool client_ignored = false;  ///< IgnoreHosts: the daemon would not judge the message
};

Outline outline_of(const Explanation& explanation);
base::Json json_of(const Explanation& explanation);

}  // namespace dmarc::ctl
