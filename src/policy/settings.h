// The local policy: everything about judging a message that an administrator can choose. config/
// fills it from opendmarc.conf; see the option table (src/config/options.cpp) for what each means.
//
// Threads: immutable once built; shared as shared_ptr<const Settings>, so that a message keeps the
// settings it began with.
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <vector>

#include <dmarc/domain_name.h>
#include <dmarc/evaluate.h>
#include <dmarc/spf.h>

#include "policy/host_list.h"

namespace dmarc::policy {

/// Which fields under a trusted authserv-id are believed.
enum class AuthResultsTrust {
  topmost,  ///< those of the topmost block, each as a whole; what contradicts us is removed
  any,      ///< every one that can be read, as OpenDMARC does
};

/// What is verified here.
enum class SelfValidate {
  automatic,  ///< where it can make a difference
  always,     ///< and nothing else is believed
  never,
};

enum class TempErrorAction {
  enforced,  ///< deferred where otherwise RejectFailures would have let in what it might reject
  accept,
  tempfail,
};

/// What happens with a From field that is not one clean address list, or names several domains.
enum class MultiFromPolicy {
  strictest,  ///< every domain that a reader could see is evaluated; a pass needs all, otherwise
              ///< the strictest policy applies
  permerror,  ///< report permerror and accept
};

struct Settings {
  // ---- identity
  std::string authserv_id;  ///< empty: the MTA's name (macro j), or the host's name
  bool authserv_id_with_job_id = false;
  /// Whose results are believed; see authserv_ids.h for when authserv_id is one of them unlisted.
  std::vector<std::string> trusted_authserv_ids;
  AuthResultsTrust auth_results_trust = AuthResultsTrust::topmost;
  std::string host_name;  ///< this host's name, for SoftwareHeader and as the last authserv_id
  std::string version;    ///< in the DMARC-Filter field
  bool software_header = false;

  // ---- who is not judged
  HostList ignore_hosts;
  bool ignore_authenticated_clients = false;
  std::vector<dns::Name> ignore_mail_from;

  // ---- form of the message
  bool required_headers = false;
  bool required_from = false;
  bool reject_multi_value_from = false;
  MultiFromPolicy multi_from_policy = MultiFromPolicy::strictest;

  // ---- DKIM
  SelfValidate dkim_self_validate = SelfValidate::automatic;
  bool dkim_ignore_results = false;

  // ---- ARC
  SelfValidate arc_self_validate = SelfValidate::automatic;
  std::vector<dns::Name> domain_whitelist;  ///< sealers whose chains may excuse a failure

  // ---- SPF
  bool spf_ignore_results = false;
  bool spf_self_validate = false;
  spf::Options spf;

  // ---- discovery
  DiscoveryMethod discovery = DiscoveryMethod::treewalk;
  std::shared_ptr<const PublicSuffixes> public_suffixes;

  // ---- what is done with a verdict
  bool reject_failures = false;
  bool hold_quarantined_messages = false;
  std::string reject_string =
      "rejected by DMARC policy for %s";  ///< at most one %s: the policy domain
  TempErrorAction temp_error_action = TempErrorAction::enforced;
  std::string copy_failures_to;  ///< an address, or empty

  Options evaluation() const { return {discovery, public_suffixes.get()}; }
};

}  // namespace dmarc::policy
