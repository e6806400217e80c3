// One message judged, with all that led to the judgement.
//
//   Explanation explanation = explain(envelope, text, settings, resolver);
//   std::cout << outline_of(explanation).text();
//
// The judgement is that of policy::judge(), the same that the daemon acts on.
//
// Threads: a pure function; the resolver may call back from its own threads.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <dmarc/resolver.h>

#include "base/ip_address.h"
#include "base/json.h"
#include "config/configuration.h"
#include "ctl/outline.h"
#include "dns/lookup_session.h"
#include "policy/judge.h"

namespace dmarc::ctl {

/// How the message arrived.
struct Envelope {
  base::IpAddress client;
  std::string client_name;
  std::string helo;
  std::string sender;  ///< with or without angle brackets; empty for the null reverse-path
};

/// An Authentication-Results field of the message and what became of it.
struct FieldUse {
  std::size_t index = 0;    ///< 1 = topmost
  std::string authserv_id;  ///< empty when there is none
  bool removed = false;
  bool trusted = false;
  std::string problem;  ///< why it can't be read; empty when it can
};

struct Explanation {
  policy::Message message;
  policy::Judgement judgement;
  std::vector<FieldUse> fields;
  std::vector<dns::LookupSession::Entry> lookups;
  bool client_ignored = false;  ///< IgnoreHosts: the daemon would not judge the message
};

Explanation explain(const Envelope& envelope, std::string_view text,
                    const config::Configuration& settings, dns::AsyncResolver& resolver);

Outline outline_of(const Explanation& explanation);
base::Json json_of(const Explanation& explanation);

}  // namespace dmarc::ctl
