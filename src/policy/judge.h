// From evidence to what is done with a message: the whole of its end as one function of values.
//
//   const Judgement judgement = judge(message, evidence, settings);
//
// A short list of named steps (judge.cpp): the form of the message, authentication results,
// evaluation, local policy, header fields and reply, log events. A milter engine turns the
// Judgement into protocol actions, `dmarcctl explain` prints it, the history and the reports are
// made from it.
//
// Threads: a pure function.
#pragma once

#include <cstddef>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include <dmarc/author_domain.h>
#include <dmarc/evaluate.h>
#include <dmarc/header_field.h>

#include "base/ip_address.h"
#include "log/event.h"
#include "mail/auth_results.h"
#include "mail/reverse_path.h"
#include "policy/override_reason.h"
#include "policy/settings.h"

namespace dmarc::policy {

/// What is known about a message at its end.
struct Message {
  std::string job_id;       ///< the MTA's queue id; "(unknown-jobid)" when it has none
  std::string mta_name;     ///< macro j; may be empty
  std::string client_name;  ///< host name as the MTA gave it
  std::optional<base::IpAddress> client;  ///< nothing for a client without an IP address
  std::string helo;
  mail::ReversePath sender;
  mail::HeaderBlock header;
  bool header_truncated =
      false;  ///< fields were dropped because of a limit: the message can't be judged as a whole
};

/// What the MTA is told. `proceed` and `accept` both let the message through; OpenDMARC answers a
/// failing message that it does not act on with proceed ("continue"), everything else with accept,
/// and scripts can see the difference.
enum class Action { accept, proceed, reject, tempfail };

struct Reply {
  int code = 0;          ///< 550, 451
  std::string enhanced;  ///< "5.7.1"
  std::string text;      ///< printable ASCII, at most 980 octets
};

/// Fields that are to be inserted at the top (index 0), in this order: the last ends up topmost.
using Insertions = std::vector<mail::HeaderField>;

/// The n-th field (1 = topmost) of the name Authentication-Results is to be removed.
struct Removal {
  std::size_t index = 0;
  std::string authserv_id;
};

/// Which results the verdict was built on, and where each came from.
struct Authentication {
  enum class SpfSource { none, auth_results, received_spf, own };
  SpfSource spf_source = SpfSource::none;
  std::optional<SpfInput> spf;
  std::string spf_result;  ///< the word in the field or of our own check; empty when there is none
  spf::Scope spf_scope = spf::Scope::mailfrom;
  std::optional<spf::Result> own_spf;  ///< when it was checked here
  struct Dkim {
    DkimInput input;
    std::string result;  ///< the word in the field
  };
  std::vector<Dkim> dkim;
  std::vector<Removal> removals;
};

/// What is known of the ARC chain; see policy/arc.h.
struct Arc {
  bool passed = false;       ///< a trusted filter says so
  bool whitelisted = false;  ///< and every sealer is in DomainWhitelist
  bool spared = false;       ///< which kept the message from being rejected or held
  /// As the message says, in the order of its ARC-Seal fields; unverified.
  struct Set {
    unsigned instance = 0;
    dns::Name domain;
    std::string selector;
    std::string client_ip;  ///< of the sealer's client; printable ASCII, may be empty
  };
  std::vector<Set> sets;
};

struct Judgement {
  Action action = Action::accept;
  std::optional<Reply> reply;
  std::optional<std::string> hold_reason;  ///< ask the MTA to put the message on hold
  std::optional<std::string> copy_to;      ///< ask the MTA to add this recipient
  /// To be made before the insertions, in this order (from the bottom up): so each index is right
  /// when its turn comes.
  std::vector<Removal> removals;
  Insertions insertions;
  std::vector<log::Event> events;

  mail::Author author;
  Authentication authentication;
  Arc arc;
  /// One for each domain evaluated; the first is the one whose result is shown. Empty when nothing
  /// was evaluated.
  std::vector<Verdict> verdicts;
  Result result = Result::none;
  std::optional<Policy> policy;       ///< of the verdict that decided
  Policy disposition = Policy::none;  ///< what was done
  /// Why the result is neither a pass nor a plain fail, one clause; empty when it is.
  std::string reason;
  /// Why `disposition` is not what the Domain Owner asked for, or why nothing was evaluated; empty
  /// when neither.
  std::string note;
  /// Why a failing message was handled differently from what its policy record asks; two at most.
  std::vector<OverrideReason> overrides;
};

/// `own_spf` runs or awaits our own SPF check of this message; it is called at most once, and only
/// when the settings and the other results make it necessary.
Judgement judge(const Message& message, const Settings& settings, dns::Resolver& resolver,
                const std::function<spf::Result()>& own_spf);

/// The authserv-id that this message's fields get: the configured one, or the MTA's, or the host's
/// name, with the job id when the settings ask for it.
std::string authserv_id_for(const Message& message, const Settings& settings);

}  // namespace dmarc::policy
